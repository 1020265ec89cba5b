package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.batch.SimulatedBatch.Lies;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the coordinator makes of single faults, in virtual time. */
class BatchCoordinatorTest {
  private static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  private static final Fate QUICK = fate(Duration.ofMinutes(10), Duration.ZERO);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Timeline time = new Timeline(START, Duration.ofDays(30), threads);
  private final Map<String, Versioned> ledger = new HashMap<>();
  private final RunIdentity run = new RunIdentity("job", "r1", "uid", START.toEpochMilli());
  private final List<AwaitedChunk> done = new ArrayList<>();
  private SimulatedServer server = server(QUICK, Long.MAX_VALUE);
  private TroubledProvider provider = new Reliable();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void chunksWaitForTheirTurnForLongerThanTheDeadlineWhileOthersGetOn() throws Throwable {
    server = server(fate(Duration.ofHours(20), Duration.ZERO), 100);

    await("", chunk(0, 60), chunk(1, 60), chunk(2, 60), chunk(3, 60));

    assertThat(done).hasSize(4);
    assertThat(time.instant()).isAfter(START.plus(Duration.ofHours(80)));
  }

  @Test
  void oldestGoesFirstAndASmallerOnePasses() throws Throwable {
    await("limits.enqueued_tokens=100", chunk(0, 60), chunk(1, 60), chunk(2, 40));

    assertThat(done.stream().map(awaited -> awaited.chunk().id()))
        .containsExactly("a1-c0", "a1-c2", "a1-c1");
  }

  @Test
  void countsWhatOtherRunsHaveUnderWay() throws Throwable {
    server.add(
        new SimulatedBatch(
            "theirs",
            START.minusSeconds(60),
            SimulatedServer.ENDPOINT,
            "f",
            Map.of("beambatch_key", "x/a1-c0", "beambatch_model", "m", "beambatch_tokens", "50"),
            fate(Duration.ofHours(5), Duration.ZERO),
            Duration.ZERO));

    await("limits.enqueued_tokens=100", chunk(0, 60));

    assertThat(server.ofKey(run.key("a1-c0")).get(0).created)
        .isAfter(START.plus(Duration.ofHours(4)));
  }

  @Test
  void chunkOverTheLimitsIsSaidAtOnce() {
    assertThatThrownBy(() -> await("limits.enqueued_requests=5", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("a1-c0 (60 tokens, 40 requests)")
        .hasMessageContaining("can never be submitted");
    assertThat(time.instant()).isBefore(START.plusSeconds(60));
  }

  @Test
  void chunkThatIsRefusedForEverIsGivenUpAfterTheDeadline() {
    server = server(QUICK, 50);

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("a1-c0 could not be submitted")
        .hasMessageContaining("Enqueued token limit reached");
    assertThat(time.instant()).isBetween(START.plus(hours(26)), START.plus(hours(29)));
  }

  @Test
  void tokenLimitAtTheCreationIsWaitedFor() throws Throwable {
    provider =
        new Reliable() {
          private int refusals = 3;

          @Override
          public Batch create(String file, String endpoint, Map<String, String> metadata)
              throws ProviderException {
            if (refusals-- > 0) {
              throw failure(Kind.INVALID_REQUEST, 400, "token_limit_exceeded");
            }
            return super.create(file, endpoint, metadata);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
  }

  @Test
  void creationsThatAlwaysFailEndTheRunAfterAnOutage() {
    provider =
        new Reliable() {
          @Override
          public Batch create(String file, String endpoint, Map<String, String> metadata)
              throws ProviderException {
            throw failure(Kind.UNAVAILABLE, 500, null);
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("has taken no batches for PT1H");
  }

  @Test
  void lookingThatAlwaysFailsEndsTheRunThoughTheListWorks() {
    server = server(fate(Duration.ofHours(2), Duration.ofDays(20)), Long.MAX_VALUE);
    provider =
        new Reliable() {
          @Override
          public Batch get(String batchId) throws ProviderException {
            throw failure(Kind.UNAVAILABLE, 500, null);
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("out of reach for PT1H");
  }

  @Test
  void listIsLeftInPeaceForAsLongAsTheProviderAsks() throws Throwable {
    List<Instant> lists = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            lists.add(time.instant());
            if (lists.size() == 1) {
              throw new ProviderException(
                  Kind.UNAVAILABLE, 429, "slow", "r", Duration.ofMinutes(20), "slow", null);
            }
            return super.list(after, limit);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).hasSize(1);
    assertThat(Duration.between(lists.get(0), lists.get(1)))
        .isGreaterThanOrEqualTo(Duration.ofMinutes(20));
  }

  @Test
  void quotaThatIsUsedUpStopsTheRunAtOnceAndNothingIsPending() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(String file, String endpoint, Map<String, String> metadata)
              throws ProviderException {
            throw failure(Kind.INSUFFICIENT_QUOTA, 429, "insufficient_quota");
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("quota is used up")
        .hasMessageContaining("run the same command again");
    assertThat(time.instant()).isBefore(START.plusSeconds(60));
    assertThat(entry("a1-c0").state()).isEqualTo(State.PLANNED);
  }

  @Test
  void batchThatFailsForWantOfMoneyStopsTheRunAndCostsNoAttempt() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(String file, String endpoint, Map<String, String> metadata)
              throws ProviderException {
            Batch batch = super.create(file, endpoint, metadata);
            server
                .batch(batch.id())
                .fail(new BatchError("billing_hard_limit_reached", "Hard limit", null, null));
            return batch;
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("quota is used up")
        .hasMessageContaining("Hard limit");
    assertThat(entry("a1-c0").state()).isEqualTo(State.PLANNED);
  }

  @Test
  void cancellingThatIsRefusedAtTheDeadlineDoesNotEndTheRun() throws Throwable {
    Fate late = fate(Duration.ofHours(26).plusMinutes(10), Duration.ZERO);
    server = server(late, Long.MAX_VALUE);
    provider =
        new Reliable() {
          @Override
          public Batch cancel(String batchId) throws ProviderException {
            throw failure(Kind.NOT_FOUND, 404, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
  }

  @Test
  void batchThatIsCancelledAtTheConsoleIsCollected() throws Throwable {
    time.begin(
        Duration.ofMinutes(6), () -> server.ofKey(run.key("a1-c0")).get(0).cancel(time.instant()));

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(done.get(0).outputFileId()).as("answers that were paid for").isNotNull();
  }

  @Test
  void timeThatTheProcessStoodStillIsNotTimeWaitedForResultFiles() throws Throwable {
    Duration minute = Duration.ofMinutes(1);
    Fate shownLate =
        new Fate(
            40,
            0,
            minute,
            minute.multipliedBy(10),
            minute,
            40,
            false,
            minute,
            hours(0),
            hours(0),
            minute.multipliedBy(5),
            Lies.NONE);
    server = server(shownLate, Long.MAX_VALUE);
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            Instant end = START.plus(Duration.ofMinutes(14));
            if (time.instant().isAfter(START.plus(minute)) && time.instant().isBefore(end)) {
              time.pass(Duration.between(time.instant(), end));
            }
            return super.list(after, limit);
          }
        };

    await("", chunk(0, 60));

    assertThat(done.get(0).outputFileId()).as("answers that were paid for").isNotNull();
  }

  @Test
  void cancellingCollectsABatchThatAnotherLaunchHasJustCreated() throws Throwable {
    provider =
        new Reliable() {
          private boolean created;

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            if (!created) {
              created = true;
              String file = server.files().get(0).id();
              Map<String, String> key = Map.of("beambatch_key", run.key("a1-c0"));
              resubmit("a1-c0", server.create(file, key, hours(0)).id);
              time.pass(Duration.ofMinutes(5));
            }
            return super.list(after, limit);
          }
        };

    cancel(chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(done.get(0).outputFileId()).as("answers that were paid for").isNotNull();
  }

  @Test
  void endOfABatchThatAnotherLaunchHasSubmittedAnewIsNotHandedOut() throws Throwable {
    provider =
        new Reliable() {
          private boolean meddled;

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            BatchPage page = super.list(after, limit);
            if (!meddled
                && page.batches().stream().anyMatch(b -> b.status() == BatchStatus.COMPLETED)) {
              meddled = true;
              Batch batch = page.batches().get(0);
              resubmit("a1-c0", server.create(batch.inputFileId(), batch.metadata(), hours(0)).id);
            }
            return page;
          }
        };

    await("", chunk(0, 60));

    assertThat(done).hasSize(1);
    assertThat(done.get(0).batchId()).isEqualTo(entry("a1-c0").batchId());
  }

  private void resubmit(String chunk, String batch) {
    try {
      BatchLedger direct = new BatchLedger(new TroubledStore(ledger, null));
      BatchLedger.Tracked now = direct.read(chunk).orElseThrow();
      direct.advance(now, now.entry().submitted(batch, time.instant()));
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Uploads, submits and awaits chunks. */
  private void await(String override, Chunk... chunks) throws Throwable {
    launch(false, override, chunks);
  }

  /** Uploads and cancels chunks. */
  private void cancel(Chunk... chunks) throws Throwable {
    launch(true, "", chunks);
  }

  private void launch(boolean cancelled, String override, Chunk... chunks) throws Throwable {
    time.begin(
        Duration.ZERO,
        () -> {
          BatchLedger entries = new BatchLedger(new TroubledStore(ledger, new Trouble(time)));
          CoordinatorSettings settings = CoordinatorSettings.of(job(override).inference(), run);
          try (CoordinatorSession coordinator =
              new CoordinatorSession(settings, provider, entries, time)) {
            for (Chunk chunk : chunks) {
              new ChunkUploader(run, provider, entries, time)
                  .upload(chunk, InputStream::nullInputStream);
            }
            if (cancelled) {
              entries.cancel(time.instant());
            }
            coordinator.await(List.of(chunks), time::pass, done::add);
          } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    time.run();
  }

  private BatchEntry entry(String chunk) throws Exception {
    return new BatchLedger(new TroubledStore(ledger, null)).read(chunk).orElseThrow().entry();
  }

  private SimulatedServer server(Fate fate, long tokenLimit) {
    return new SimulatedServer(time, Duration.ZERO, tokenLimit, 2_000, () -> fate);
  }

  private static Fate fate(Duration answering, Duration listLag) {
    Duration minute = Duration.ofMinutes(1);
    return new Fate(
        40, 0, minute, answering, minute, 40, false, minute, listLag, hours(0), hours(0),
        Lies.NONE);
  }

  private static Duration hours(int hours) {
    return Duration.ofHours(hours);
  }

  private static Chunk chunk(int number, long tokens) {
    return new Chunk(
        "a1-c" + number, 1, List.of(new Part("p" + number, 40, 40, 100, tokens, Map.of())));
  }

  private static Job job(String override) {
    String yaml =
        """
        name: job
        source: {type: jsonl, path: in.jsonl}
        request: {provider: openai, endpoint: /v1/chat/completions, model: m, body: {messages: []}}
        result: {field: answer}
        sink: {type: jsonl, path: out}
        """;
    try {
      return JobReader.parse("job.yaml", yaml, override.isEmpty() ? List.of() : List.of(override));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static ProviderException failure(Kind kind, int status, @Nullable String code) {
    return new ProviderException(kind, status, code, "req", "said so", null);
  }

  /** A connection on which nothing goes wrong but what a test lets go wrong. */
  private class Reliable extends TroubledProvider {
    Reliable() {
      super(() -> server, time, new Trouble(time), Duration.ZERO, Duration.ZERO);
    }
  }
}
