package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Workplace;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;
import org.awaitility.Awaitility;

/**
 * A standalone Flink cluster: a job manager and task managers, each a process of its own. They have
 * what Flink's distribution has on its class path, and nothing of ours; what a job needs has to
 * come with it.
 */
final class FlinkCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** What the profile {@code flink} adds to the class path of the distribution. */
  private static final List<String> RUNNER =
      List.of(
          "beam-runners-flink-",
          "flink-",
          "async-profiler-",
          "chill-java-",
          "commons-cli-",
          "commons-collections-",
          "commons-math3-",
          "javassist-",
          "kryo-",
          "lz4-java-",
          "minlog-",
          "objenesis-");

  /** What Flink needs beside that, and our distribution has anyway. */
  private static final List<String> SHARED =
      List.of(
          "commons-compress-",
          "commons-io-",
          "commons-lang3-",
          "commons-text-",
          "jsr305-",
          "slf4j-api-",
          "slf4j-jdk14-",
          "snakeyaml-engine-",
          "snappy-java-");

  private final Path folder;
  private final Map<String, String> environment;
  private final Process jobManager;
  private final String rpcPort;
  private final String master;
  private final Map<String, Process> taskManagers = new LinkedHashMap<>();
  private int started;

  private FlinkCluster(Path folder, Map<String, String> environment) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.environment = environment;
    Files.createDirectories(folder.resolve("tmp"));
    Files.writeString(folder.resolve("config.yaml"), configuration(folder));
    this.jobManager =
        start(
            "job-manager",
            Map.of(),
            List.of("-Xmx512m"),
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            List.of("--executionMode", "cluster"));
    try {
      this.rpcPort =
          said("job-manager", "listening on addresses :\\[\\S+//flink@127.0.0.1:(\\d+)]");
      this.master = said("job-manager", "Rest endpoint listening at (127.0.0.1:\\d+)");
    } catch (Exception | AssertionError e) {
      end(jobManager);
      throw e;
    }
  }

  /**
   * Starts a cluster.
   *
   * @param folder for its configuration, its logs and its temporary files
   * @param environment of the task managers
   */
  static FlinkCluster start(Path folder, Map<String, String> environment) throws Exception {
    return new FlinkCluster(folder, environment);
  }

  /** The class path entries that make the Flink runner part of our distribution. */
  static List<String> runnerJars() {
    return jars(RUNNER.stream());
  }

  /** What {@code --flinkMaster} takes. */
  String master() {
    return master;
  }

  /** Starts task managers until there are so many. */
  void fillTaskManagers(int count) throws Exception {
    while (taskManagers.size() < count) {
      addTaskManager();
    }
  }

  /** Starts a task manager with two slots, and waits until the job manager knows it. */
  private void addTaskManager() throws Exception {
    String id = "task-manager-" + ++started;
    Configuration resources = new Configuration();
    resources.setString("taskmanager.memory.process.size", "1500m");
    // Batch mode has many shuffles at once; with too few buffers, tasks fail until there is room.
    resources.setString("taskmanager.memory.network.min", "192m");
    resources.set(TaskManagerOptions.NUM_TASK_SLOTS, 2);
    TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(resources);
    List<String> args = new ArrayList<>(List.of("-D", "taskmanager.resource-id=" + id));
    args.addAll(List.of("-D", "jobmanager.rpc.port=" + rpcPort));
    // As Flink's own start script does.
    args.addAll(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(spec)));
    taskManagers.put(
        id,
        start(
            id,
            environment,
            words(ProcessMemoryUtils.generateJvmParametersStr(spec)),
            "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
            args));
    await(
        id + " is registered",
        () -> get("/taskmanagers").findValuesAsText("id").contains(id) ? Optional.of(id) : none());
  }

  /** Kills the task manager whose log has such a text, at once and without warning. */
  void killWhoSaid(String text) throws Exception {
    String speaker =
        await(
            "a task manager says " + text,
            () -> {
              for (String id : taskManagers.keySet()) {
                if (Files.readString(log(id)).contains(text)) {
                  return Optional.of(id);
                }
              }
              return none();
            });
    end(taskManagers.remove(speaker));
  }

  /** What the newest job has lived through. */
  List<String> exceptions() throws Exception {
    return get("/jobs/" + newestJob() + "/exceptions")
        .path("exceptionHistory")
        .findValuesAsText("exceptionName");
  }

  /** Ends the newest job as a drained stream ends: all that was read is brought to its end. */
  void drain() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + master + "/jobs/" + newestJob() + "/stop"))
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"drain\":true,\"targetDirectory\":\"file://"
                        + folder.resolve("savepoints")
                        + "\"}"))
            .build();
    HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
  }

  private String newestJob() throws Exception {
    JsonNode newest = null;
    for (JsonNode job : get("/jobs/overview").required("jobs")) {
      if (newest == null || job.path("start-time").asLong() > newest.path("start-time").asLong()) {
        newest = job;
      }
    }
    assertThat(newest).as("a job of %s", this).isNotNull();
    return newest.path("jid").asText();
  }

  private JsonNode get(String call) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + master + call)).build();
    return Workplace.JSON.readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
  }

  private Process start(
      String id,
      Map<String, String> variables,
      List<String> jvm,
      String mainClass,
      List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Djava.io.tmpdir=" + folder.resolve("tmp"));
    // As Flink's own configuration for this Java version does.
    for (String name : List.of("lang", "util", "nio", "net", "lang.invoke", "util.concurrent")) {
      command.add("--add-opens=java.base/java." + name + "=ALL-UNNAMED");
    }
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-cp",
            String.join(File.pathSeparator, clusterJars()),
            mainClass,
            "--configDir",
            folder.toString()));
    command.addAll(args);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(id).toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
    builder.environment().putAll(variables);
    return builder.start();
  }

  private static String configuration(Path folder) {
    return """
        jobmanager.rpc.address: 127.0.0.1
        jobmanager.rpc.port: 0
        jobmanager.bind-host: 127.0.0.1
        taskmanager.host: 127.0.0.1
        taskmanager.bind-host: 127.0.0.1
        rest.address: 127.0.0.1
        rest.bind-address: 127.0.0.1
        rest.bind-port: 0
        # Finds out sooner that a task manager is gone, but is no less patient with one that is slow.
        heartbeat.interval: 1000
        heartbeat.timeout: 60000
        pekko.ask.timeout: 60s
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 10
        restart-strategy.fixed-delay.delay: 1s
        state.checkpoints.dir: file://%1$s/checkpoints
        io.tmp.dirs: %1$s/tmp
        """
        .formatted(folder);
  }

  private static List<String> clusterJars() {
    return jars(
        Stream.concat(RUNNER.stream(), SHARED.stream())
            .filter(prefix -> !prefix.startsWith("beam-")));
  }

  /** Entries of this process's class path whose file names begin like this. */
  private static List<String> jars(Stream<String> prefixes) {
    List<String> entries =
        Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
    return prefixes
        .flatMap(
            prefix -> {
              List<String> found =
                  entries.stream()
                      .filter(entry -> Path.of(entry).getFileName().toString().startsWith(prefix))
                      .toList();
              assertThat(found).as("jars of %s on the class path", prefix).isNotEmpty();
              return found.stream();
            })
        .distinct()
        .toList();
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split(" +"));
  }

  /** What a process has said in its log, once it has said it. */
  private String said(String id, String pattern) throws Exception {
    Pattern wanted = Pattern.compile(pattern);
    return await(
        id + " says " + pattern,
        () -> {
          Matcher matcher = wanted.matcher(Files.readString(log(id)));
          return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        });
  }

  private <T> T await(String what, Callable<Optional<T>> look) {
    return Awaitility.await("%s: %s".formatted(what, this))
        .atMost(PATIENCE)
        .pollInterval(LOOK)
        .failFast("the job manager has ended: " + this, () -> !jobManager.isAlive())
        .until(look, Optional::isPresent)
        .orElseThrow();
  }

  private static <T> Optional<T> none() {
    return Optional.empty();
  }

  private Path log(String id) {
    return folder.resolve(id + ".log");
  }

  private static void end(Process process) {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public String toString() {
    return "the cluster whose logs are in " + folder;
  }

  @Override
  public void close() {
    for (Process taskManager : taskManagers.values()) {
      end(taskManager);
    }
    end(jobManager);
  }
}
