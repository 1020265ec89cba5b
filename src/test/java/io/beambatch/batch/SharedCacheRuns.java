package io.beambatch.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.chunk.PlannedDocuments;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.document.Document;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.provider.BatchStatus;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.JoinedWork;
import io.beambatch.result.ResultFile;
import io.beambatch.run.RunProgress;
import io.beambatch.run.Work;
import io.beambatch.storage.MemoryFiles;
import io.beambatch.storage.RunFolder;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;

/**
 * Runs that share a cache, and ask some of the same questions several times. Their launches plan,
 * buy and join as the steps of a pipeline do, take turns at every change of a file, and may end
 * before any of them, until each run has an outcome for all of its documents.
 *
 * <p>That a chunk has one batch is simulated elsewhere: here, a provider answers each chunk once.
 */
final class SharedCacheRuns {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  private static final int MOST_LAUNCHES = 200;

  private final long seed;
  private final SplittableRandom random;
  private final Timeline time;
  private final ConcurrentSkipListMap<String, byte[]> files = new ConcurrentSkipListMap<>();
  private final double crash;
  private final double failing;
  private final int questions;
  private final boolean cached;
  private final List<OneRun> runs = new ArrayList<>();
  private int launches;

  /** Result files at the provider, by chunk. */
  private final Map<String, String> results = new HashMap<>();

  /** Questions whose answer the cache has, for all that begin to plan from now on. */
  private final Set<String> kept = new HashSet<>();

  /** A run: its documents, and what it has bought. */
  private final class OneRun {
    final String name;
    final List<String> asked = new ArrayList<>();

    /** How often each question was answered for it. */
    final Map<String, Integer> bought = new HashMap<>();

    /** What the cache had when a launch first looked, and so has for each that looks. */
    Set<String> known;

    boolean complete;

    OneRun(String name) {
      this.name = name;
      int documents = random.nextInt(3, 25);
      for (int i = 0; i < documents; i++) {
        asked.add("q" + random.nextInt(questions));
      }
    }
  }

  SharedCacheRuns(long seed, ExecutorService threads) {
    this.seed = seed;
    random = new SplittableRandom(seed);
    time = new Timeline(START, Duration.ofDays(9), threads);
    crash = random.nextInt(5) == 0 ? 0 : random.nextDouble(0.08);
    failing = random.nextInt(3) == 0 ? random.nextDouble(0.6) : 0;
    questions = random.nextInt(2, 20);
    cached = random.nextInt(6) != 0;
  }

  /** Runs two of them at once, then one more, and checks what they left. */
  void run() throws Throwable {
    runs.add(new OneRun("one"));
    runs.add(new OneRun("other"));
    for (OneRun run : runs) {
      for (int i = random.nextInt(3) == 0 ? 2 : 1; i > 0; i--) {
        launchIn(random.nextInt(20), run);
      }
    }
    time.run();
    OneRun last = new OneRun("last");
    runs.add(last);
    launchIn(0, last);
    time.run();
    for (OneRun run : runs) {
      check(run);
    }
  }

  private void launchIn(int seconds, OneRun run) {
    int number = ++launches;
    assertThat(number).as("launches").isLessThan(MOST_LAUNCHES);
    time.begin(Duration.ofSeconds(seconds), () -> launch(run, number));
  }

  private void launch(OneRun run, int number) {
    String mount = seed + "-" + number;
    boolean[] dead = {false};
    Runnable change =
        () -> {
          // Seldom enough to be fast: others take their turn between any two changes all the same.
          if (random.nextInt(5) == 0) {
            time.pass(Duration.ofMillis(random.nextInt(2_000)));
          }
          dead[0] |= launches < MOST_LAUNCHES / 2 && random.nextDouble() < crash;
          if (dead[0]) {
            throw new Crash();
          }
        };
    String root = MemoryFiles.mount(mount, new MemoryFiles.Mount(files, change));
    try {
      work(run, root);
      run.complete = true;
    } catch (Crash e) {
      launchIn(random.nextInt(20), run);
    } catch (Exception e) {
      throw new AssertionError("run " + run.name + ": " + e, e);
    } finally {
      MemoryFiles.unmount(mount);
    }
  }

  private void work(OneRun run, String root) throws Exception {
    Job job = job(root);
    RunFolder folder = folder(run, root);
    if (PlanStore.of(folder).namesOfFirstAttempt().isEmpty()) {
      if (run.known == null) {
        run.known = new HashSet<>(kept);
      }
      PlannedDocuments.plan(job, folder, bundles(run));
    }
    while (true) {
      buy(run, folder);
      Work work = RunProgress.of(job, folder).work();
      if (work.retries() != null) {
        work.retries().plan(job, folder);
      }
      for (AwaitedChunk awaited : work.ended()) {
        JoinedWork.join(job, folder, new Results(), awaited);
        keep(awaited.chunk());
      }
      for (ReusedLines lines : work.reused()) {
        JoinedWork.join(job, folder, lines);
      }
      if (work.retries() == null && work.ended().isEmpty() && work.reused().isEmpty()) {
        return;
      }
    }
  }

  private Job job(String root) throws Exception {
    String yaml =
        """
        name: job
        source: {type: jsonl, path: in.jsonl}
        request:
          provider: openai
          endpoint: /v1/chat/completions
          model: m
          body: {temperature: 0, messages: [{role: user, content: "{{q}}"}]}
        result: {field: answer}
        sink: {type: jsonl, path: out}
        limits: {requests: 4}
        retry: {attempts: 2}
        """;
    String cache = "cache.path=" + root + "/cache";
    return JobReader.parse("job.yaml", yaml, cached ? List.of(cache) : List.of());
  }

  private static RunFolder folder(OneRun run, String root) {
    return RunFolder.of(root + "/staging", "job", run.name);
  }

  private static List<List<Document>> bundles(OneRun run) {
    List<List<Document>> bundles = new ArrayList<>();
    for (int i = 0; i < run.asked.size(); i++) {
      if (i % 7 == 0) {
        bundles.add(new ArrayList<>());
      }
      String json = "{\"id\":" + i + ",\"q\":\"" + run.asked.get(i) + "\"}";
      bundles.get(bundles.size() - 1).add(new Document(String.valueOf(i), json));
    }
    return bundles;
  }

  /** Lets the provider answer all chunks that it hasn't answered yet. */
  private void buy(OneRun run, RunFolder folder) throws IOException {
    BatchLedger ledger = BatchLedger.of(folder);
    for (Plan plan : PlanStore.of(folder).all()) {
      for (Chunk chunk : plan.chunks()) {
        if (ledger.has(chunk.id())) {
          continue;
        }
        String batch = run.name + "_" + chunk.id();
        if (!results.containsKey(batch)) {
          results.put(batch, answer(run, Contents.in(folder).open(chunk)));
        }
        BatchEnd end = new BatchEnd(BatchStatus.COMPLETED, batch, null, List.of(), null);
        BatchEntry entry = BatchEntry.unwanted(START.toEpochMilli(), START);
        ledger.create(
            chunk.id(), entry.submitting("me", START).submitted(batch, START).ended(end, START));
      }
    }
  }

  private String answer(OneRun run, InputStream input) throws IOException {
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(input, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode request = JSON.readTree(line);
        String question = request.at("/body/messages/0/content").asText();
        boolean fails = random.nextDouble() < failing;
        run.bought.merge(question, fails ? 0 : 1, Integer::sum);
        output
            .append("{\"id\":\"x\",\"custom_id\":\"")
            .append(request.path("custom_id").asText())
            .append("\",\"response\":{\"request_id\":\"r\",\"status_code\":")
            .append(
                fails
                    ? "500,\"body\":{\"error\":{\"message\":\"oops\"}}"
                    : "200,\"body\":{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"answer to "
                        + question
                        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,"
                        + "\"completion_tokens\":1,\"total_tokens\":6}}")
            .append("},\"error\":null}\n");
      }
    }
    return output.toString();
  }

  /** What was joined is in the cache, whoever joined it. */
  private void keep(Chunk chunk) throws IOException {
    if (!cached) {
      return;
    }
    for (OneRun run : runs) {
      String answers = results.getOrDefault(run.name + "_" + chunk.id(), "");
      if (isJoined(run, chunk)) {
        answers
            .lines()
            .filter(line -> line.contains("answer to "))
            .forEach(line -> kept.add(line.replaceFirst(".*answer to (q[0-9]+).*", "$1")));
      }
    }
  }

  private boolean isJoined(OneRun run, Chunk chunk) {
    return files.containsKey("staging/job/" + run.name + "/joined/" + chunk.id() + "/1.json");
  }

  private void check(OneRun run) throws Exception {
    String mount = seed + "-check";
    RunFolder folder =
        folder(run, MemoryFiles.mount(mount, new MemoryFiles.Mount(files, () -> {})));
    List<String> outcomes = new ArrayList<>();
    int reused = 0;
    Map<String, Integer> paid = new HashMap<>();
    try {
      for (Records.Version<JoinedChunk> record : JoinedChunk.records(folder).readAll().values()) {
        for (JsonNode document : documents(record.value().answered(), folder)) {
          outcomes.add(document.path("id").asText());
          String question = document.path("q").asText();
          assertThat(document.path("answer").asText()).isEqualTo("answer to " + question);
          if (document.at("/_batch/reused_from").isMissingNode()) {
            paid.merge(question, 1, Integer::sum);
          } else {
            reused++;
          }
        }
        for (JsonNode document : documents(record.value().failed(), folder)) {
          outcomes.add(document.path("id").asText());
          assertThat(document.at("/_failure/reason").asText()).isEqualTo("api_error");
        }
      }
    } finally {
      MemoryFiles.unmount(mount);
    }
    assertThat(run.complete).isTrue();
    assertThat(outcomes)
        .as("documents of run %s that are answered or failed", run.name)
        .doesNotHaveDuplicates()
        .hasSameSizeAs(run.asked);
    assertThat(run.bought.values()).as("bought by run %s", run.name).allMatch(times -> times <= 1);
    run.bought.values().removeIf(times -> times == 0);
    assertThat(paid).as("answered is bought and reused").isEqualTo(run.bought);
    assertThat(reused).isLessThanOrEqualTo(run.asked.size());
    assertThat(run.bought.keySet())
        .as("bought by run %s although the cache had it", run.name)
        .noneMatch(run.known::contains);
  }

  private static List<JsonNode> documents(ResultFile file, RunFolder folder) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    if (file != null) {
      file.read(
          folder, (buffer, from, to) -> documents.add(JSON.readTree(buffer, from, to - from)));
    }
    return documents;
  }

  /** One launch's connection to the provider, for what it has answered. */
  private final class Results extends TroubledProvider {
    Results() {
      super(
          () -> {
            throw new UnsupportedOperationException();
          },
          time,
          new Trouble(time),
          Duration.ZERO,
          Duration.ZERO);
    }

    @Override
    public InputStream download(String file) {
      return new ByteArrayInputStream(results.get(file).getBytes(UTF_8));
    }
  }
}
