package io.beambatch.batch;

import io.beambatch.batch.Admission.Action;
import io.beambatch.batch.Admission.Decision;
import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Capabilities.Creation;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.Capabilities.QueueUnit;
import io.beambatch.provider.openai.OpenAiProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** What a run's seed decides: its chunks, the provider that it meets, and how much goes wrong. */
final class SimulatedWorld {
  static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  private static final Duration LONGEST = Duration.ofDays(60);

  final SplittableRandom random;
  final Timeline time;
  final SimulatedServer server;
  final Map<String, Versioned> ledger = new HashMap<>();
  final List<Chunk> chunks = new ArrayList<>();
  final CoordinatorSettings settings;
  final RunIdentity run;
  final Trouble.Levels levels;

  /** Whether things go worse than what the waits are made for. */
  final boolean beyond;

  /** Whether several launches begin nearly at once, and often stand still. */
  final boolean storm;

  static final String STOPPED = "the canary is not within its bounds; run the same command again";

  /** Whether the first chunk is a canary, for whose verdict the others wait. */
  final boolean hasCanary;

  /** What the run may cost. */
  final SimulatedMoney money;

  /** When the canary's answers were joined, so that it could be judged; or never. */
  Instant joined = Instant.MAX;

  /** Since when its verdict has let the rest go. */
  Instant widened = Instant.MIN;

  /** How many launches have to be told that the verdict stops the rest before it is widened. */
  private int stops;

  final Duration carriedOutWithin;
  private final Duration longestListLag;

  SimulatedWorld(long seed, OrphanSearch search, ExecutorService threads) {
    random = new SplittableRandom(seed);
    time = new Timeline(START, LONGEST, threads);
    beyond = random.nextInt(5) == 0;
    storm = random.nextInt(5) == 0;
    Duration skew = minutes(random.nextInt(3) == 0 ? random.nextInt(-300, 300) : 0);
    long limit = random.nextInt(3) == 0 ? random.nextLong(100, 300) : Long.MAX_VALUE;
    int creates = random.nextInt(10) == 0 ? random.nextInt(2, 5) : 2_000;
    server = new SimulatedServer(time, skew, limit, creates, this::fate);
    server.capabilities = capabilities(search);
    run = new RunIdentity("job", "r1", "uid" + seed, START.toEpochMilli());
    SplittableRandom canary = new SplittableRandom(seed ^ 99);
    hasCanary = canary.nextInt(3) == 0;
    stops = canary.nextInt(2) == 0 ? canary.nextInt(1, 4) : 0;
    String yaml = job(limit);
    settings = CoordinatorSettings.of(job(yaml, List.of()).inference(), run);
    carriedOutWithin = beyond ? minutes(3) : settings.waits().settle().dividedBy(2);
    longestListLag = beyond ? minutes(5) : settings.waits().settle().dividedBy(2);
    levels = levels();
    int count = random.nextInt(1, 7);
    for (int i = 0; i < count; i++) {
      int requests = random.nextInt(4, 40);
      Part part = new Part("p" + i, requests, requests, 100, random.nextInt(10, 100), Map.of());
      chunks.add(new Chunk(String.format(Locale.ROOT, "a1-c%05d", i), 1, List.of(part)));
    }
    relate(new SplittableRandom(seed ^ 55));
    addOthers(skew);
    addTrouble(new SplittableRandom(~seed));
    addLikenesses(skew, new SplittableRandom(seed ^ 77));
    money =
        new SimulatedMoney(
            this, overrides -> job(yaml, overrides), new SplittableRandom(seed ^ 40));
  }

  /** What decides about chunks for one launch. */
  Admission admission(Trouble trouble, Clock clock) {
    Admission canary = () -> chunk -> isCanary(chunk) ? Decision.ADMITTED : rest();
    return canary.and(money.admission(trouble, clock));
  }

  private boolean isCanary(Chunk chunk) {
    return !hasCanary || chunk.id().equals(chunks.get(0).id());
  }

  private Decision rest() {
    if (joined.equals(Instant.MAX)) {
      return new Decision(Action.SET_ASIDE, true, STOPPED);
    }
    return stops > 0 ? new Decision(Action.SET_ASIDE, false, STOPPED) : Decision.ADMITTED;
  }

  /** Somebody reads why the rest was not sent, and in the end gives wider bounds. */
  void tellStopped() {
    if (stops > 0 && joined.isBefore(Instant.MAX)) {
      stops--;
      widened = time.instant();
    }
  }

  /**
   * Joins an ended chunk, as one launch: from then on a canary can be judged, and its cost is
   * known, whoever asks.
   */
  void join(AwaitedChunk ended, Trouble trouble) {
    try {
      money.join(ended, trouble);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (isCanary(ended.chunk()) && joined.equals(Instant.MAX)) {
      joined = time.instant();
    }
  }

  /** Chunks that have as many requests as each other, and chunks that wait for the first one. */
  private void relate(SplittableRandom own) {
    boolean alike = own.nextInt(3) == 0;
    boolean primed = own.nextInt(4) == 0 || hasCanary;
    Chunk first = chunks.get(0);
    for (int i = 1; i < chunks.size(); i++) {
      Part part = chunks.get(i).parts().get(0);
      int requests = alike ? first.requests() : part.requests();
      chunks.set(
          i,
          new Chunk(
              chunks.get(i).id(),
              1,
              List.of(new Part(part.name(), requests, requests, 100, part.tokens(), Map.of())),
              primed ? first.id() : null));
    }
  }

  /**
   * Batches that the provider loses, and batches that stay cancelling for ever.
   *
   * @param own chance of its own, so that it changes nothing else about a seed's world
   */
  private void addTrouble(SplittableRandom own) {
    double vanishing = own.nextInt(6) == 0 ? own.nextDouble(0.5) : 0;
    double eternal = own.nextInt(6) == 0 ? own.nextDouble(0.5) : 0;
    server.trouble =
        batch -> {
          money.check(batch);
          if (own.nextDouble() < vanishing) {
            Duration latest = own.nextBoolean() ? minutes(10) : Duration.ofHours(30);
            batch.vanish(Duration.ofMillis(own.nextLong(latest.toMillis())));
          }
          if (own.nextDouble() < eternal) {
            batch.cancelForEver();
          }
        };
  }

  /** A provider whose batches are found in this way. */
  static Capabilities capabilities(OrphanSearch search) {
    Capabilities openAi = OpenAiProvider.CAPABILITIES;
    boolean counted = search == OrphanSearch.COUNT;
    return new Capabilities(
        search.name(),
        counted ? Creation.REQUESTS : Creation.UPLOADED_FILE,
        search,
        openAi.limits(),
        openAi.customId(),
        counted ? QueueUnit.REQUESTS : QueueUnit.TOKENS,
        openAi.expiry(),
        openAi.resultsKept(),
        counted ? minutes(12) : openAi.settle(),
        !counted,
        counted,
        openAi.batchPrice());
  }

  /** Batches of strangers that have as many requests as chunks of the run, made while it runs. */
  private void addLikenesses(Duration skew, SplittableRandom own) {
    for (Chunk chunk : chunks) {
      if (own.nextBoolean()) {
        server.add(
            new SimulatedBatch(
                server.newId(),
                START.plus(Duration.ofSeconds(own.nextInt(7_200))),
                SimulatedServer.ENDPOINT,
                "",
                Map.of(),
                fate().expiring().of(Math.toIntExact(chunk.requests())),
                skew));
      }
    }
  }

  private String job(long limit) {
    boolean told = limit < Long.MAX_VALUE && random.nextBoolean();
    return """
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
  }

  private static Job job(String yaml, List<String> overrides) {
    try {
      return JobReader.parse("job.yaml", yaml, overrides);
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
        // Beyond the waits' measure an orphan is caught before it costs, if it is caught in time.
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

  /** Some time, at most this. */
  Duration time(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
  }

  static Duration minutes(int minutes) {
    return Duration.ofMinutes(minutes);
  }

  /** What is known of a chunk, out of the world's time. */
  BatchEntry entry(Chunk chunk) {
    try {
      return new BatchLedger(new TroubledStore(ledger, null))
          .read(chunk.id())
          .orElseThrow()
          .entry();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
