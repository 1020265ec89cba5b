package io.beambatch.batch;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.batch.SimulatedBatch.Lies;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.provider.Batch;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * A run of one coordinator in virtual time, where nothing goes wrong but what a test lets go wrong.
 */
abstract class CoordinatorFixture {
  static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  static final Fate QUICK = fate(Duration.ofMinutes(10), Duration.ZERO);

  private static final Contents CONTENTS = chunk -> InputStream.nullInputStream();

  final ExecutorService threads = Executors.newCachedThreadPool();
  final Timeline time = new Timeline(START, Duration.ofDays(30), threads);
  final Map<String, Versioned> ledger = new HashMap<>();
  final RunIdentity run = new RunIdentity("job", "r1", "uid", START.toEpochMilli());
  final List<AwaitedChunk> done = new ArrayList<>();

  /** Why a chunk was left. */
  @Nullable BatchException left;

  /** What calls of the provider and of the ledger meet: they only take their time. */
  final Trouble calls = new Trouble(time);

  /** Whether a launch has ended in the middle of a call. */
  boolean crashed;

  /** What a test changes in the settings of a launch. */
  UnaryOperator<CoordinatorSettings> adjusted = settings -> settings;

  /** Who is told what a launch does. */
  BatchEvents events = BatchEvents.NONE;

  /** Whether all chunks are uploaded before the first is tracked, as a graph does it. */
  boolean uploadsFirst = true;

  /** How many uploads a test has counted. */
  int uploads;

  /** How many creations were tried. */
  int creates;

  SimulatedServer server = server(QUICK, Long.MAX_VALUE);
  TroubledProvider provider = new Reliable();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  /** As {@code cancel} does it in another process. */
  void markCancelled() {
    try {
      new BatchLedger(new TroubledStore(ledger, null)).cancel(time.instant());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void resubmit(String chunk, String batch) {
    change(chunk, entry -> entry.submitted(batch, time.instant()));
  }

  /** As another launch changes a chunk's entry. */
  void change(String chunk, UnaryOperator<BatchEntry> step) {
    try {
      BatchLedger direct = new BatchLedger(new TroubledStore(ledger, null));
      BatchLedger.Tracked now = direct.read(chunk).orElseThrow();
      direct.advance(now, step.apply(now.entry()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Uploads, submits and awaits chunks. */
  void await(String override, Chunk... chunks) throws Throwable {
    launch(false, override, chunks);
  }

  /** Uploads and cancels chunks. */
  void cancel(Chunk... chunks) throws Throwable {
    launch(true, "", chunks);
  }

  void launch(boolean cancelled, String override, Chunk... chunks) throws Throwable {
    session(
        override,
        (coordinator, context) -> {
          for (Chunk chunk : uploadsFirst ? chunks : new Chunk[0]) {
            new ChunkUploader(context, CONTENTS).upload(chunk);
          }
          if (cancelled) {
            context.ledger().cancel(time.instant());
          }
          coordinator.run(List.of(chunks), time::pass, done::add);
        });
  }

  /** What a launch does with its coordinator. */
  interface Use {
    void of(CoordinatorSession session, CoordinatorContext context)
        throws IOException, InterruptedException;
  }

  /** A launch, from its beginning to its end. */
  void session(String override, Use use) throws Throwable {
    time.begin(
        Duration.ZERO,
        () -> {
          CoordinatorSettings settings =
              override.isEmpty() ? TestSettings.of(run) : TestSettings.of(run, override);
          CoordinatorContext context =
              new CoordinatorContext(
                      adjusted.apply(settings),
                      provider,
                      new BatchLedger(new TroubledStore(ledger, calls)),
                      time)
                  .withEvents(events);
          try (CoordinatorSession coordinator = new CoordinatorSession(context, CONTENTS)) {
            use.of(coordinator, context);
            coordinator.failure().ifPresent(failure -> left = failure);
          } catch (Crash e) {
            crashed = true;
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    time.run();
  }

  /** Lets time pass between two launches. */
  void later(Duration wait) throws Throwable {
    time.begin(wait, () -> {});
    time.run();
  }

  BatchEntry entry(String chunk) throws Exception {
    return new BatchLedger(new TroubledStore(ledger, null)).read(chunk).orElseThrow().entry();
  }

  SimulatedServer server(Fate fate, long tokenLimit) {
    return new SimulatedServer(time, Duration.ZERO, tokenLimit, 2_000, () -> fate);
  }

  static Fate fate(Duration answering, Duration listLag) {
    Duration minute = Duration.ofMinutes(1);
    return new Fate(
        40, 0, minute, answering, minute, 40, false, minute, listLag, hours(0), hours(0),
        Lies.NONE);
  }

  static Duration hours(int hours) {
    return Duration.ofHours(hours);
  }

  static Chunk chunk(int number, long tokens) {
    return new Chunk(
        "a1-c" + number, 1, List.of(new Part("p" + number, 40, 40, 100, tokens, Map.of())));
  }

  static ProviderException failure(Kind kind, int status, @Nullable String code) {
    return new ProviderException(kind, new ReplyHead(status, code, "req", null), "said so");
  }

  /** A connection on which nothing goes wrong but what a test lets go wrong. */
  class Reliable extends TroubledProvider {
    Reliable() {
      super(() -> server, time, calls, Duration.ZERO, Duration.ZERO);
    }

    @Override
    public Batch create(Submission submission) throws ProviderException {
      creates++;
      return super.create(submission);
    }
  }
}
