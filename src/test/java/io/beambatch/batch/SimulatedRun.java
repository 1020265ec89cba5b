package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.provider.BatchStatus;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;

/**
 * One run against the simulated provider: launched, crashed, suspended and launched again, several
 * times at once, as its seed has it, until a launch ends well.
 */
final class SimulatedRun {
  private static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  private static final Duration LONGEST = Duration.ofDays(60);
  private static final int MOST_LAUNCHES = 60;

  private final SplittableRandom random;
  private final Timeline time;
  private final SimulatedServer server;
  private final Map<String, Versioned> ledger = new HashMap<>();
  private final List<Chunk> chunks = new ArrayList<>();
  private final CoordinatorSettings settings;
  private final RunIdentity run;
  private final Trouble.Levels levels;

  /** Whether things go worse than what the waits are made for. */
  private final boolean beyond;

  /** Whether several launches begin nearly at once, and often stand still. */
  private final boolean storm;

  private final Duration carriedOutWithin;
  private final Duration longestListLag;
  private final StringBuilder log = new StringBuilder();
  private Instant lastUpload = START;
  private Instant cleaned = Instant.MIN;
  private Instant looked = Instant.MIN;
  private int launches;
  private int launched;
  private boolean complete;
  private boolean blocked;

  SimulatedRun(long seed, ExecutorService threads) {
    random = new SplittableRandom(seed);
    time = new Timeline(START, LONGEST, threads);
    beyond = random.nextInt(5) == 0;
    storm = random.nextInt(5) == 0;
    Duration skew = minutes(random.nextInt(3) == 0 ? random.nextInt(-300, 300) : 0);
    long limit = random.nextInt(3) == 0 ? random.nextLong(100, 300) : Long.MAX_VALUE;
    int creates = random.nextInt(10) == 0 ? random.nextInt(2, 5) : 2_000;
    server = new SimulatedServer(time, skew, limit, creates, this::fate);
    run = new RunIdentity("job", "r1", "uid" + seed, START.toEpochMilli());
    settings = CoordinatorSettings.of(job(limit), run);
    carriedOutWithin = beyond ? minutes(3) : settings.settle().dividedBy(2);
    longestListLag = beyond ? minutes(5) : settings.settle().dividedBy(2);
    levels = levels();
    int count = random.nextInt(1, 7);
    for (int i = 0; i < count; i++) {
      int requests = random.nextInt(4, 40);
      Part part = new Part("p" + i, requests, requests, 100, random.nextInt(10, 100), Map.of());
      chunks.add(new Chunk(String.format(Locale.ROOT, "a1-c%05d", i), 1, List.of(part)));
    }
    addOthers(skew);
  }

  private Job job(long limit) {
    boolean told = limit < Long.MAX_VALUE && random.nextBoolean();
    String yaml =
        """
        name: job
        source: {type: jsonl, path: in.jsonl}
        request: {provider: openai, endpoint: %s, model: m, body: {messages: []}}
        result: {field: answer}
        sink: {type: jsonl, path: out}
        limits: {requests: 1000%s}
        poll: {interval: %ds, deadline: 26h}
        """
            .formatted(
                SimulatedServer.ENDPOINT,
                told ? ", enqueued_tokens: " + limit : "",
                random.nextInt(60, 600));
    try {
      return JobReader.parse("job.yaml", yaml, List.of());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Trouble.Levels levels() {
    boolean calm = random.nextInt(8) == 0;
    boolean pauses = !calm && (storm || random.nextInt(3) == 0);
    Duration outage = random.nextInt(8) == 0 ? time(Duration.ofHours(20)) : Duration.ofDays(9);
    Duration refused = random.nextInt(12) == 0 ? time(Duration.ofHours(9)) : Duration.ofDays(9);
    return new Trouble.Levels(
        calm ? 0 : random.nextDouble(0.2),
        calm ? 0 : random.nextDouble(0.2),
        calm ? 0 : random.nextDouble(storm ? 0.005 : 0.02),
        pauses ? random.nextDouble(storm ? 0.1 : 0.02) : 0,
        // Nobody is taken for dead who isn't, unless things are worse than that.
        beyond ? Duration.ofHours(2) : minutes(2),
        calm ? 0 : random.nextDouble(0.01),
        outage,
        outage.plus(time(Duration.ofHours(5))),
        refused,
        refused.plus(time(Duration.ofHours(2))));
  }

  private Fate fate() {
    int requests = 40;
    boolean stuck = random.nextInt(12) == 0;
    return new Fate(
        requests,
        random.nextInt(4) == 0 ? random.nextInt(requests + 1) : 0,
        // Beyond the waits' measure a stray is caught before it costs, if it is caught in time.
        Duration.ofSeconds(random.nextInt(1, 600)),
        random.nextInt(6) == 0 ? time(Duration.ofHours(30)) : time(minutes(90)),
        time(minutes(10)),
        stuck ? random.nextInt(requests) : requests,
        random.nextInt(20) != 0,
        random.nextInt(100) == 0 ? null : time(minutes(10)),
        time(longestListLag),
        time(minutes(1)),
        random.nextInt(3) == 0 ? time(minutes(5)) : Duration.ZERO,
        random.nextInt(4) == 0
            ? List.of(SimulatedBatch.Lies.values()).get(random.nextInt(3))
            : SimulatedBatch.Lies.NONE);
  }

  /** Batches of other runs, and of other programs: a few at any time, or pages of them at once. */
  private void addOthers(Duration skew) {
    boolean crowd = random.nextInt(8) == 0;
    int count = crowd ? random.nextInt(110, 150) : random.nextInt(3);
    for (int i = 0; i < count; i++) {
      Map<String, String> metadata =
          random.nextBoolean()
              ? Map.of()
              : Map.of(
                  "beambatch_key",
                  "other/a1-c00000",
                  "beambatch_model",
                  "m",
                  "beambatch_tokens",
                  String.valueOf(crowd ? 0 : random.nextInt(90)),
                  "beambatch_requests",
                  "5");
      server.add(
          new SimulatedBatch(
              server.newId(),
              START.plus(crowd ? time(minutes(10)) : minutes(random.nextInt(-3_000, 600))),
              SimulatedServer.ENDPOINT,
              "f",
              metadata,
              fate().expiring(),
              skew));
    }
  }

  private Duration time(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
  }

  private static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }

  /** Runs until all launches have ended, and checks what they left. */
  void run() throws Throwable {
    launchIn(Duration.ZERO);
    int more = storm || random.nextInt(3) == 0 ? random.nextInt(1, 4) : 0;
    for (int i = 0; i < more; i++) {
      Duration latest = random.nextBoolean() ? minutes(5) : Duration.ofHours(30);
      launchIn(time(storm ? Duration.ofSeconds(20) : latest));
    }
    time.run();
    assertThat(complete || blocked).as("%s ended well\n%s", run, log).isTrue();
    check();
  }

  private void launchIn(Duration delay) {
    launches++;
    time.begin(delay, this::launch);
  }

  private void launch() {
    int number = launched++;
    Trouble trouble = new Trouble(time, random, levels, START, this::isHealed);
    TroubledProvider provider =
        new TroubledProvider(() -> server, time, trouble, carriedOutWithin, minutes(1));
    BatchLedger entries = new BatchLedger(new TroubledStore(ledger, trouble));
    Clock clock = Clock.offset(time, Duration.ofSeconds(random.nextInt(-30, 30)));
    boolean elsewhere = random.nextInt(3) == 0;
    List<AwaitedChunk> done = new ArrayList<>();
    OpenCoordinator coordinator = new OpenCoordinator(settings, provider, entries, clock);
    boolean well = false;
    try {
      ChunkUploader uploader = new ChunkUploader(run, provider, entries, clock);
      for (Chunk chunk : chunks) {
        lastUpload = time.instant();
        uploader.upload(chunk, InputStream::nullInputStream);
      }
      coordinator.await(chunks, time::pass, done::add);
      Instant cleaning = time.instant();
      int strokes = trouble.strokes;
      new LeftoverInputs(run, provider, entries).delete();
      cleaned = trouble.strokes == strokes ? cleaning : cleaned;
      well = true;
    } catch (Crash e) {
      note(number, "crashed");
    } catch (BatchException e) {
      note(number, e.getMessage());
      blocked |= trouble.isHealed() && server.hasOneThatNeverEnds() && isOfTheEnd(e.getMessage());
      assertThat(e.getMessage()).as("tells what to do").contains("run the same command again");
    } catch (IOException | InterruptedException e) {
      note(number, e.toString());
    } finally {
      // Of a process on another machine nobody knows that it is gone.
      if (!elsewhere || well) {
        coordinator.close();
      }
    }
    looked = looked.isAfter(provider.looked) ? looked : provider.looked;
    if (well) {
      note(number, "ended well");
      assertHandedOut(done);
      complete = true;
    } else if (!complete && !blocked) {
      assertThat(launches).as("launches\n%s", log).isLessThan(MOST_LAUNCHES);
      launchIn(time(random.nextBoolean() ? minutes(2) : Duration.ofHours(2)));
    }
  }

  /** Of a batch that doesn't end itself, or of a chunk that it leaves no room for. */
  private static boolean isOfTheEnd(String message) {
    return message.contains("was cancelled but is still")
        || message.contains("could not be submitted");
  }

  /** Nothing goes wrong for ever. */
  private boolean isHealed() {
    return launches > 25 || time.instant().isAfter(START.plus(Duration.ofHours(60)));
  }

  private void note(int launch, String what) {
    log.append(time.instant()).append(" launch ").append(launch).append(": ").append(what);
    log.append('\n');
  }

  private BatchEntry entry(Chunk chunk) {
    try {
      return new BatchLedger(new TroubledStore(ledger, null))
          .read(chunk.id())
          .orElseThrow()
          .entry();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A launch that ended well has handed out every chunk once, with the batch of the ledger. */
  private void assertHandedOut(List<AwaitedChunk> done) {
    assertThat(done.stream().map(AwaitedChunk::chunk))
        .as("handed out\n%s", log)
        .containsExactlyInAnyOrderElementsOf(chunks);
    for (AwaitedChunk awaited : done) {
      BatchEntry entry = entry(awaited.chunk());
      assertThat(awaited.batchId()).isEqualTo(entry.batchId());
      assertThat(entry.state()).isEqualTo(State.ENDED);
      SimulatedBatch batch = server.batch(entry.batchId());
      assertThat(batch.key()).isEqualTo(run.key(awaited.chunk().id()));
      assertThat(awaited.status()).isEqualTo(batch.status(time.instant()));
      assertThat(awaited.outputFileId())
          .as("all that is paid is collected\n%s", log)
          .isEqualTo(batch.outputFile(time.instant()));
    }
  }

  private void check() {
    Instant later = time.instant().plus(Duration.ofDays(9));
    for (Chunk chunk : chunks) {
      BatchEntry entry = entry(chunk);
      List<SimulatedBatch> batches = server.ofKey(run.key(chunk.id()));
      if (complete && !beyond) {
        assertThat(batches.stream().map(batch -> batch.id))
            .as("batches of %s\n%s", chunk.id(), log)
            .isEqualTo(
                server.batch(entry.batchId()).status(later) == BatchStatus.FAILED
                    ? List.of()
                    : List.of(entry.batchId()));
      }
      for (SimulatedBatch batch : batches) {
        if (complete && !batch.id.equals(entry.batchId())) {
          boolean seen = batch.listed().isBefore(looked);
          assertThat(batch.wasCancelled() || !seen || batch.status(looked).ended())
              .as("stray %s of %s is cancelled\n%s", batch.id, chunk.id(), log)
              .isTrue();
        }
      }
    }
    if (complete && lastUpload.isBefore(cleaned)) {
      assertThat(server.files()).as("files that are left\n%s", log).isEmpty();
    }
  }

  /** What happened, launch by launch. */
  String log() {
    return log.toString();
  }
}
