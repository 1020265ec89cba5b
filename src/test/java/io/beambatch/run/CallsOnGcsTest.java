package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.SuppliedProviders;
import io.beambatch.batch.BatchMonitor;
import io.beambatch.batch.BatchWatch;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.SmallChunks;
import io.beambatch.emulator.FaultyGcs;
import io.beambatch.emulator.GcsEmulator;
import io.beambatch.job.Job;
import io.beambatch.job.SmallJob;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Submission;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.Repairs;
import io.beambatch.result.ResultFile;
import io.beambatch.run.RunProgress.Stage;
import io.beambatch.run.Runs.Choice;
import io.beambatch.schema.Shape;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.RunFolder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often Cloud Storage is called by {@code status}, and by a {@code collect} that finds nothing
 * to do, of a run of 200 chunks: half of them are joined and written, half have a batch.
 */
@Tag("slow")
class CallsOnGcsTest {
  private static final int CHUNKS = 200;
  private static final int MOST_CALLS = 50;

  @TempDir Path folder;

  @Test
  void areFewForHundredsOfChunks() throws Exception {
    GcsEmulator emulator = GcsEmulator.start();
    String staging = "gs://" + emulator.bucket() + "/staging";
    Job job = SmallJob.of();
    try (FaultyGcs counting = new FaultyGcs(emulator.url());
        LocalServer server =
            LocalServer.start(
                LocalServerSettings.defaults()
                    .withDir(folder)
                    .withFaults(FaultText.parse("batch:stuck")))) {
      ProviderFactory providers = new SuppliedProviders(() -> connect(server));
      GcsEmulator.use(emulator.url());
      write(new Runs(staging, job, Clock.systemUTC()).open("r1", Choice.NEW), providers);
      GcsEmulator.use(counting.url());

      RunStatus status = status(new Runs(staging, job, Clock.systemUTC()), providers);
      assertThat(status.batches()).hasSize(CHUNKS);
      assertThat(status.pending()).isEqualTo(CHUNKS / 2);
      int ofStatus = counting.calls();

      RunProgress progress = collect(new Runs(staging, job, Clock.systemUTC()), providers);
      assertThat(progress.count(Stage.IN_FLIGHT)).isEqualTo(CHUNKS / 2);
      assertThat(progress.count(Stage.JOINED)).isEqualTo(CHUNKS / 2);
      assertThat(progress.hasWork()).isFalse();
      int ofCollect = counting.calls();

      assertThat(ofStatus).isLessThan(MOST_CALLS);
      assertThat(ofCollect).isLessThan(MOST_CALLS);
    }
  }

  /** As the command does. */
  private static RunStatus status(Runs runs, ProviderFactory providers) throws Exception {
    Run run = runs.known("r1");
    assertThat(runs.differences(run)).isEmpty();
    RunProgress progress = RunProgress.of(run);
    return RunStatus.of(
        runs.known("r1"),
        progress,
        monitor(run, providers).batches(RunStatus.unknown(progress)),
        now());
  }

  /** As the command does. */
  private static RunProgress collect(Runs runs, ProviderFactory providers) throws Exception {
    Run run = runs.known("r1");
    runs.requireSameJob(run);
    runs.requirePlan(run);
    assertThat(run.batches().isCancelled()).isFalse();
    try (BatchWatch watch =
        BatchWatch.open(run.settings().pollingOnce(), run.folder(), providers)) {
      watch.track(RunProgress.of(run).all());
      watch.pollOnce();
      assertThat(watch.failure()).isEmpty();
    }
    return RunProgress.of(run);
  }

  private static BatchMonitor monitor(Run run, ProviderFactory providers) {
    return new BatchMonitor(run.settings(), providers);
  }

  /** Writes down a run that has come half of its way. */
  private static void write(Run run, ProviderFactory providers) throws Exception {
    List<Chunk> chunks = SmallChunks.of(CHUNKS, 1);
    run.plans().commit("a1", new Plan("a1", 1, chunks, List.of(), List.of(), Shape.NONE));
    try (BatchProvider provider = providers.open()) {
      byte[] line =
          "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}}\n"
              .getBytes(StandardCharsets.UTF_8);
      InputFile input =
          provider.upload(
              new BatchProvider.Upload(
                  "in.jsonl", line.length, () -> new ByteArrayInputStream(line)));
      List<Callable<Void>> writes = new ArrayList<>();
      for (int i = 0; i < CHUNKS; i++) {
        Chunk chunk = chunks.get(i);
        boolean joined = i % 2 == 0;
        writes.add(
            () -> {
              String batch =
                  joined ? "batch_" + chunk.id() : provider.create(submission(input)).id();
              write(run, chunk, batch, input, joined);
              return null;
            });
      }
      ExecutorService threads = Executors.newFixedThreadPool(16);
      try {
        for (Future<Void> done : threads.invokeAll(writes)) {
          done.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static void write(Run run, Chunk chunk, String batch, InputFile input, boolean joined)
      throws Exception {
    BatchLedger ledger = run.batches();
    Tracked entry = ledger.create(chunk.id(), BatchEntry.planned(input, now())).orElseThrow();
    entry = ledger.advance(entry, entry.entry().submitting("an owner", now())).orElseThrow();
    entry = ledger.advance(entry, entry.entry().submitted(batch, now())).orElseThrow();
    if (joined) {
      BatchEnd end = new BatchEnd(BatchStatus.COMPLETED, "file-a", null, List.of(), 1L);
      assertThat(ledger.advance(entry, entry.entry().ended(end, now()))).isPresent();
      String path = RunFolder.resultName(chunk.id(), "answered.jsonl");
      ResultFile answered = new ResultFile(ResultFile.Kind.ANSWERED, chunk.id(), path, 1);
      run.joined()
          .commit(
              chunk.id(),
              new JoinedChunk(
                  chunk.id(),
                  1,
                  batch,
                  1,
                  answered,
                  null,
                  null,
                  Map.of(),
                  1,
                  1,
                  0,
                  0,
                  0,
                  0,
                  0,
                  List.of(),
                  0,
                  0,
                  null,
                  Repairs.NONE,
                  null));
      run.written()
          .commit(
              MarkWritten.name(answered.kind(), answered.shard()),
              new WrittenFile(answered.kind(), answered.shard(), "out", 1));
    }
  }

  private static BatchProvider connect(LocalServer server) {
    try {
      return OpenAiProvider.connect(
          server.baseUrl().toString(), Map.of("OPENAI_API_KEY", "any-key"));
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Instant now() {
    return Clock.systemUTC().instant();
  }

  private static Submission submission(InputFile input) {
    return new Submission(
        "key",
        Map.of(),
        "/v1/chat/completions",
        "m",
        input.id(),
        new BatchProvider.Upload(input.name(), 0, InputStream::nullInputStream),
        1);
  }
}
