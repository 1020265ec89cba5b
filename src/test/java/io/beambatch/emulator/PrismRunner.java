package io.beambatch.emulator;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.fn.harness.ExternalWorkerService;
import org.apache.beam.model.jobmanagement.v1.ArtifactStagingServiceGrpc;
import org.apache.beam.model.jobmanagement.v1.JobApi;
import org.apache.beam.model.jobmanagement.v1.JobServiceGrpc;
import org.apache.beam.model.jobmanagement.v1.JobServiceGrpc.JobServiceBlockingStub;
import org.apache.beam.runners.fnexecution.artifact.ArtifactRetrievalService;
import org.apache.beam.runners.fnexecution.artifact.ArtifactStagingService;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.fn.server.GrpcFnServer;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PortablePipelineOptions;
import org.apache.beam.sdk.util.construction.DefaultArtifactResolver;
import org.apache.beam.sdk.util.construction.Environments;
import org.apache.beam.sdk.util.construction.PipelineOptionsTranslation;
import org.apache.beam.sdk.util.construction.PipelineTranslation;
import org.apache.beam.sdk.util.construction.SdkComponents;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannel;
import org.apache.beam.vendor.grpc.v1p69p0.io.grpc.ManagedChannelBuilder;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Runs pipelines on Prism, Beam's portable reference runner, with Java's SDK harness: the harness
 * that Dataflow's Runner v2 runs our steps in. The harness is in this JVM, or in a process that
 * Prism starts, with jars that are staged for it ({@link #withStagedJars}). This is a client of the
 * job service, because Beam's own is not among the artifacts that can be had. The environment
 * variable {@code BEAMBATCH_PRISM} names the program, which ends with this JVM.
 */
public final class PrismRunner extends PipelineRunner<PipelineResult> {
  private static final String PROGRAM = "BEAMBATCH_PRISM";
  private static final String BOOT = "BEAMBATCH_JAVA_BOOT";

  /** The boot program takes what an image of Beam has beside it, from the staged jars. */
  private static final String NO_IMAGE =
      "--experiments=use_staged_dataflow_worker_jar,use_custom_logging_libraries,disable_jamm_agent";

  private static final Pattern SERVING =
      Pattern.compile(".*Serving JobManagement.*\"endpoint\":\"localhost:(\\d+)\".*");

  private static String address;

  private final PipelineOptions options;

  private PrismRunner(PipelineOptions options) {
    this.options = options;
  }

  /** For Beam, which finds the class by {@code --runner}. */
  public static PrismRunner fromOptions(PipelineOptions options) {
    return new PrismRunner(options);
  }

  /**
   * Options for a harness in a process of its own, as in a container: the boot program of Beam's
   * image, which the environment variable {@code BEAMBATCH_JAVA_BOOT} names, fetches the staged
   * jars and starts it.
   *
   * @param folder where the jars are put
   */
  public static List<String> withStagedJars(Path folder) throws IOException {
    Path start = folder.resolve("start-harness");
    // Prism puts quotes around the id, as for a shell.
    Files.writeString(
        start,
        """
        #!/bin/sh
        id=${1#--id=}; id=${id#\\'}; id=${id%%\\'}
        PATH=%s/bin:$PATH
        export JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1
        cd '%s'
        exec %s --id="$id" "$2" --semi_persist_dir=%s
        """
            .formatted(
                System.getProperty("java.home"), folder, InstalledProgram.named(BOOT), folder));
    Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwx------"));
    return List.of(
        "--runner=" + PrismRunner.class.getName(),
        "--defaultEnvironmentType=" + Environments.ENVIRONMENT_PROCESS,
        "--defaultEnvironmentConfig={\"command\":\"" + start + "\"}",
        "--filesToStage=" + String.join(",", jars()),
        NO_IMAGE);
  }

  /** The classes of the program and of its tests, and the libraries that the program comes with. */
  private static List<String> jars() throws IOException {
    Set<String> libraries;
    try (Stream<Path> files = Files.list(Path.of("target/dist/lib"))) {
      libraries =
          files.map(file -> file.getFileName().toString()).collect(Collectors.toUnmodifiableSet());
    }
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            path -> {
              String name = Path.of(path).getFileName().toString();
              // The harness measures with jamm, which an image has of its own.
              return name.endsWith("classes")
                  || name.startsWith("jamm-")
                  || libraries.contains(name);
            })
        .toList();
  }

  private static synchronized String start() throws IOException {
    if (address == null) {
      Process process =
          new ProcessBuilder(
                  InstalledProgram.named(PROGRAM).toString(),
                  "--job_port=0",
                  "--serve_http=false",
                  "--log_kind=json")
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      // Not closed: what it says later has to go somewhere.
      BufferedReader log =
          new BufferedReader(
              new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
      String port = null;
      while (port == null) {
        String line = log.readLine();
        if (line == null) {
          throw new IOException("Prism has ended before it served");
        }
        Matcher serving = SERVING.matcher(line);
        port = serving.matches() ? serving.group(1) : null;
      }
      Thread reader = new Thread(() -> log.lines().forEach(line -> {}), "prism");
      reader.setDaemon(true);
      reader.start();
      address = "127.0.0.1:" + port;
    }
    return address;
  }

  @Override
  public PipelineResult run(Pipeline pipeline) {
    try {
      PortablePipelineOptions portable = options.as(PortablePipelineOptions.class);
      GrpcFnServer<ExternalWorkerService> harness = null;
      if (!Environments.ENVIRONMENT_PROCESS.equals(portable.getDefaultEnvironmentType())) {
        harness = new ExternalWorkerService(options).start();
        portable.setDefaultEnvironmentType(Environments.ENVIRONMENT_EXTERNAL);
        portable.setDefaultEnvironmentConfig(harness.getApiServiceDescriptor().getUrl());
        portable.setFilesToStage(List.of());
      }
      ManagedChannel channel = ManagedChannelBuilder.forTarget(start()).usePlaintext().build();
      JobServiceBlockingStub jobs = JobServiceGrpc.newBlockingStub(channel);
      JobApi.PrepareJobResponse prepared =
          jobs.prepare(
              JobApi.PrepareJobRequest.newBuilder()
                  .setJobName(options.getJobName())
                  .setPipeline(
                      DefaultArtifactResolver.INSTANCE.resolveArtifacts(
                          PipelineTranslation.toProto(
                              pipeline, SdkComponents.create(options), false)))
                  .setPipelineOptions(PipelineOptionsTranslation.toProto(options))
                  .build());
      ArtifactStagingService.offer(
          new ArtifactRetrievalService(),
          ArtifactStagingServiceGrpc.newStub(channel),
          prepared.getStagingSessionToken());
      String job =
          jobs.run(
                  JobApi.RunJobRequest.newBuilder()
                      .setPreparationId(prepared.getPreparationId())
                      .build())
              .getJobId();
      return new Job(jobs, job, harness, channel);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private record Job(
      JobServiceBlockingStub jobs,
      String id,
      @Nullable GrpcFnServer<ExternalWorkerService> harness,
      ManagedChannel channel)
      implements PipelineResult {

    @Override
    public State getState() {
      return state(
          jobs.getState(JobApi.GetJobStateRequest.newBuilder().setJobId(id).build()).getState());
    }

    @Override
    public State cancel() {
      State state =
          state(jobs.cancel(JobApi.CancelJobRequest.newBuilder().setJobId(id).build()).getState());
      close();
      return state;
    }

    /** Waits until the job has ended, and fails with what the runner says if it failed. */
    @Override
    public State waitUntilFinish() {
      List<String> errors = new ArrayList<>();
      Iterator<JobApi.JobMessagesResponse> messages =
          jobs.getMessageStream(JobApi.JobMessagesRequest.newBuilder().setJobId(id).build());
      State state = State.UNKNOWN;
      while (messages.hasNext()) {
        JobApi.JobMessagesResponse message = messages.next();
        if (message.hasMessageResponse()
            && message.getMessageResponse().getImportance()
                == JobApi.JobMessage.MessageImportance.JOB_MESSAGE_ERROR) {
          errors.add(message.getMessageResponse().getMessageText());
        }
        if (message.hasStateResponse()) {
          state = state(message.getStateResponse().getState());
        }
      }
      close();
      if (state == State.FAILED) {
        throw new Pipeline.PipelineExecutionException(
            new IllegalStateException(String.join("\n", errors)));
      }
      return state;
    }

    @Override
    public State waitUntilFinish(Duration duration) {
      return waitUntilFinish();
    }

    private void close() {
      channel.shutdownNow();
      try {
        if (harness != null) {
          harness.close();
        }
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public MetricResults metrics() {
      throw new UnsupportedOperationException("metrics");
    }

    private static State state(JobApi.JobState.Enum state) {
      return switch (state) {
        case DONE -> State.DONE;
        case FAILED -> State.FAILED;
        case CANCELLED -> State.CANCELLED;
        case STOPPED -> State.STOPPED;
        case STARTING, RUNNING, CANCELLING, DRAINING, UPDATING -> State.RUNNING;
        default -> State.UNKNOWN;
      };
    }
  }
}
