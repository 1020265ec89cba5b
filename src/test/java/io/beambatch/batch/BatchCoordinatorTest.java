package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.batch.SimulatedBatch.Lies;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the coordinator makes of single faults, in virtual time. */
class BatchCoordinatorTest extends CoordinatorFixture {
  @Test
  void chunksWaitForTheirTurnForLongerThanTheDeadlineWhileOthersGetOn() throws Throwable {
    server = server(fate(Duration.ofHours(20), Duration.ZERO), 100);

    await("", chunk(0, 60), chunk(1, 60), chunk(2, 60), chunk(3, 60));

    assertThat(done).hasSize(4);
    assertThat(time.instant()).isAfter(START.plus(Duration.ofHours(80)));
  }

  @Test
  void chunksWaitOnWhileABatchThatBeganLateGetsFurther() throws Throwable {
    server = server(fate(hours(10), Duration.ZERO), Long.MAX_VALUE);
    addOther("theirs", Map.of("beambatch_model", "m", "beambatch_tokens", "60"), hours(20));

    await("limits.enqueued_tokens=100", chunk(0, 60), chunk(1, 60));

    assertThat(left).isNull();
    assertThat(done).hasSize(2);
  }

  @Test
  void batchThatTheListDoesNotShowIsAskedForByItself() throws Throwable {
    server = server(fate(QUICK.answering(), Duration.ofDays(20)), Long.MAX_VALUE);

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(time.instant()).isBefore(START.plus(hours(1)));
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
  void countsWhatOthersHaveUnderWayHoweverFarDownTheListItIs() throws Throwable {
    addOther("theirs", Map.of("beambatch_model", "m", "beambatch_tokens", "50"), hours(5));
    later(hours(1));
    addBatchesOfOthers();
    later(hours(1));

    await("limits.enqueued_tokens=100", chunk(0, 60));

    assertThat(server.ofKey(run.key("a1-c0")).get(0).created).isAfter(START.plus(hours(5)));
  }

  @Test
  void smallerOnesPassALargerOneOnlyUntilItsDeadline() throws Throwable {
    adjusted = settings -> TestSettings.of(run, "limits.enqueued_tokens=100", "poll.deadline=1h");
    server = server(fate(Duration.ofMinutes(20), Duration.ZERO), Long.MAX_VALUE);
    addOther("theirs", Map.of("beambatch_model", "m", "beambatch_tokens", "50"), hours(2));
    Chunk[] chunks =
        IntStream.range(0, 10).mapToObj(i -> chunk(i, i == 0 ? 60 : 40)).toArray(Chunk[]::new);

    await("", chunks);

    List<String> order = done.stream().map(awaited -> awaited.chunk().id()).toList();
    assertThat(order).hasSize(10);
    assertThat(order.indexOf("a1-c0"))
        .as("three or four in the first hour, none in the second")
        .isBetween(2, 4);
  }

  @Test
  void looksHowOthersStandAfterAMinuteOfCreating() throws Throwable {
    List<String> order = new ArrayList<>();
    calls.latency = 10;
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            order.add("create");
            time.pass(seconds(25));
            return super.create(submission);
          }

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            order.add("list");
            return super.list(after, limit);
          }
        };

    await("", IntStream.range(0, 4).mapToObj(i -> chunk(i, 60)).toArray(Chunk[]::new));

    assertThat(order).startsWith("list", "create", "create", "create", "list", "create", "list");
  }

  /** As a runner does it that takes the work away. */
  @Test
  void createsNothingMoreOnceItIsInterrupted() throws Throwable {
    List<String> order = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            order.add("create");
            Batch batch = super.create(submission);
            Thread.currentThread().interrupt();
            return batch;
          }

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            order.add(Thread.interrupted() ? "list, interrupted" : "list");
            return super.list(after, limit);
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(order).startsWith("list", "create", "list, interrupted", "create");
  }

  @Test
  void chunkOverTheLimitsIsSaidAtOnce() throws Throwable {
    await("limits.enqueued_requests=5", chunk(0, 60));

    assertThat(left)
        .hasMessageContaining("a1-c0 (60 tokens, 40 requests)")
        .hasMessageContaining("can never be submitted");
    assertThat(time.instant()).isBefore(START.plusSeconds(60));
  }

  @Test
  void chunkThatIsRefusedForEverIsGivenUpAfterTheDeadline() throws Throwable {
    server = server(QUICK, 50);

    await("", chunk(0, 60));

    assertThat(left)
        .hasMessageContaining("a1-c0 could not be submitted")
        .hasMessageContaining("Enqueued token limit reached");
    assertThat(time.instant()).isBetween(START.plus(hours(26)), START.plus(hours(29)));
  }

  @Test
  void tokenLimitAtTheCreationIsWaitedFor() throws Throwable {
    List<Instant> tries = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            tries.add(time.instant());
            if (tries.size() <= 3) {
              throw failure(Kind.NO_ROOM, 400, "token_limit_exceeded");
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(Duration.between(tries.get(0), tries.get(1))).isGreaterThanOrEqualTo(seconds(5));
    assertThat(Duration.between(tries.get(2), tries.get(3))).isGreaterThanOrEqualTo(seconds(20));
  }

  @Test
  void creationThatIsAcceptedEndsTheGrowingPauses() throws Throwable {
    calls.latency = 10;
    List<Instant> tries = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            tries.add(time.instant());
            if (tries.size() != 5 && tries.size() < 7) {
              throw failure(Kind.UNAVAILABLE, 429, "slow");
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).hasSize(2);
    assertThat(Duration.between(tries.get(3), tries.get(4))).isGreaterThanOrEqualTo(seconds(40));
    assertThat(Duration.between(tries.get(5), tries.get(6))).isBetween(seconds(5), seconds(20));
  }

  @Test
  void creationsThatAlwaysFailEndTheRunAfterAnOutage() {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            throw failure(Kind.UNAVAILABLE, 500, null);
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("has accepted no batches for 1h");
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
        .hasMessageContaining("out of reach for 1h");
  }

  @Test
  void eachOutageHasItsOwnTime() throws Throwable {
    server = server(fate(hours(3), Duration.ZERO), Long.MAX_VALUE);
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            long minute = Duration.between(START, time.instant()).toMinutes();
            if ((minute >= 10 && minute < 50) || (minute >= 90 && minute < 130)) {
              throw failure(Kind.UNAVAILABLE, 503, null);
            }
            return super.list(after, limit);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
  }

  @ParameterizedTest
  @CsvSource({"503,SUBMITTING", "429,PLANNED"})
  void waitOfThirtyYearsEndsTheLaunchWithItsNumberAndKeepsTheState(int status, State state)
      throws Exception {
    ProviderException asking =
        new ProviderException(
            Kind.UNAVAILABLE,
            new ReplyHead(status, null, "r", Duration.ofSeconds(1_000_000_000)),
            "busy");
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            throw asking;
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("asks to wait for 1000000000 s, and at most 3600 s are waited")
        .hasMessageContaining("run the same command again after that time");
    assertThat(entry("a1-c0").state()).isEqualTo(state);
    assertThat(time.instant()).isBefore(START.plusSeconds(60));
  }

  @Test
  void listThatAsksToWaitForThirtyYearsEndsTheLaunch() {
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            throw new ProviderException(
                Kind.UNAVAILABLE,
                new ReplyHead(429, "slow", "r", Duration.ofSeconds(1_000_000_000)),
                "slow");
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("asks to wait for 1000000000 s");
    assertThat(time.instant()).isBefore(START.plusSeconds(60));
  }

  @Test
  void listThatNeverEndsIsAnErrorAndNothingIsCreated() {
    List<String> created = new ArrayList<>();
    provider =
        new Reliable() {
          private int pages;

          @Override
          public BatchPage list(@Nullable String after, int limit) {
            Batch stranger =
                new Batch(
                    "batch_" + (pages++ % 2),
                    BatchStatus.IN_PROGRESS,
                    "/v1/chat/completions",
                    "file",
                    null,
                    null,
                    time.instant(),
                    1,
                    0,
                    0,
                    List.of(),
                    Map.of());
            return new BatchPage(List.of(stranger), true);
          }

          @Override
          public Batch create(Submission submission) throws ProviderException {
            created.add(submission.inputFile());
            return super.create(submission);
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("list of batches can't be read to its end")
        .hasMessageContaining("page 3 shows only what was on pages before it");
    assertThat(created).isEmpty();
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
                  Kind.UNAVAILABLE,
                  new ReplyHead(429, "slow", "r", Duration.ofMinutes(20)),
                  "slow");
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
          public Batch create(Submission submission) throws ProviderException {
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
          public Batch create(Submission submission) throws ProviderException {
            Batch batch = super.create(submission);
            server
                .batch(batch.id())
                .fail(
                    new BatchError(
                        BatchError.Kind.OUT_OF_FUNDS,
                        "billing_hard_limit_reached",
                        "Hard limit",
                        null,
                        null));
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
  void batchOfWhichNothingWasPaidStopsTheRunAndIsNotTakenAgain() throws Throwable {
    Duration minute = Duration.ofMinutes(1);
    Fate unpaid =
        new Fate(
            40, 40, minute, minute, minute, 40, false, minute, hours(0), hours(0), hours(0),
            Lies.NONE);
    Iterator<Fate> fates = List.of(unpaid, QUICK).iterator();
    server = new SimulatedServer(time, Duration.ZERO, Long.MAX_VALUE, 2_000, fates::next);
    provider =
        new Reliable() {
          @Override
          public InputStream download(String fileId) throws ProviderException {
            super.download(fileId);
            String line =
                """
                {"custom_id":"p0-0","response":{"status_code":429,"body":{"error":\
                {"code":"insufficient_quota","message":"No credit"}}},"error":null}
                """;
            return new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8));
          }
        };

    assertThatThrownBy(() -> await("", chunk(0, 60)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("quota is used up")
        .hasMessageContaining("No credit");
    assertThat(entry("a1-c0").state()).isEqualTo(State.PLANNED);

    await("", chunk(0, 60));

    assertThat(creates).isEqualTo(2);
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(server.batch(done.get(0).batchId()).created)
        .isEqualTo(server.ofKey(run.key("a1-c0")).get(1).created);
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

  /** A reply that breaks off has a status, too. */
  @ParameterizedTest
  @CsvSource({"NO_REPLY,0", "NO_REPLY,200", "UNAVAILABLE,0", "UNAVAILABLE,408", "UNAVAILABLE,500"})
  void creationWithoutAReplyIsLookedForAsLongAsItMayTakeToShow(Kind kind, int status)
      throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            creates++;
            // Carried out and shown within the time to settle, but only just.
            server.create(submission.inputFile(), submission.labels(), Duration.ofSeconds(25));
            throw failure(kind, status, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(creates).as("paid once").isEqualTo(1);
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
  }

  @Test
  void batchOfAChunkThatCountsAsPlannedIsAdoptedWhenItIsCancelled() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            InputFile file = super.upload(upload);
            // As a launch leaves it whose creation came late: the chunk was put back meanwhile.
            server.create(file.id(), Map.of("beambatch_key", run.key("a1-c0")), Duration.ZERO);
            return file;
          }
        };

    cancel(chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(done.get(0).batchId()).as("adopted").isNotNull();
    assertThat(server.batch(done.get(0).batchId()).wasCancelled()).isTrue();
  }

  @Test
  void batchOfACreationWithoutReplyIsAdoptedWhenTheRunIsCancelledMeanwhile() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            server.create(submission.inputFile(), submission.labels(), Duration.ofSeconds(25));
            markCancelled();
            throw failure(Kind.NO_REPLY, 0, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(done.get(0).batchId()).as("adopted").isNotNull();
  }

  @Test
  void nothingIsCreatedOfAChunkThatAnotherHasSubmittedMeanwhile() throws Throwable {
    provider =
        new Reliable() {
          private boolean submitted;

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            BatchPage page = super.list(after, limit);
            if (!submitted) {
              submitted = true;
              String file = server.files().get(0).id();
              Map<String, String> key = Map.of("beambatch_key", run.key("a1-c0"));
              resubmit("a1-c0", server.create(file, key, hours(0)).id);
            }
            return page;
          }
        };

    await("", chunk(0, 60));

    assertThat(creates).as("paid once").isZero();
    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly("batch-1");
  }

  @ParameterizedTest
  @EnumSource(names = {"METADATA", "COUNT"})
  void ownBatchesAreNotCountedAsThoseOfOthers(OrphanSearch search) throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(search);
    List<Instant> created = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            created.add(time.instant());
            if (created.size() == 2) {
              throw new ProviderException(
                  Kind.UNAVAILABLE, new ReplyHead(429, "slow", "r", seconds(60)), "slow");
            }
            return super.create(submission);
          }
        };

    await("limits.enqueued_requests=80", chunk(0, 60), chunk(1, 60));

    assertThat(done).hasSize(2);
    assertThat(created).hasSize(3);
    assertThat(Duration.between(created.get(1), created.get(2)))
        .as("while the first is in flight")
        .isLessThan(QUICK.answering());
  }

  @Test
  void batchesInTheListAreFollowedWhileAnotherCanNotBeAskedFor() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            BatchPage page = super.list(after, limit);
            return new BatchPage(
                page.batches().stream()
                    .filter(batch -> isBack() || !run.key("a1-c0").equals(batch.key()))
                    .toList(),
                page.hasMore());
          }

          @Override
          public Batch get(String batchId) throws ProviderException {
            if (isBack()) {
              return super.get(batchId);
            }
            throw failure(Kind.UNAVAILABLE, 500, null);
          }

          private boolean isBack() {
            return time.instant().isAfter(START.plus(Duration.ofMinutes(40)));
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1", "a1-c0");
    assertThat(done).extracting(AwaitedChunk::status).containsOnly(BatchStatus.COMPLETED);
  }

  @Test
  void saysHowFarEachAttemptHasCome() throws Throwable {
    List<BatchProgress> said = new ArrayList<>();
    adjusted = settings -> settings.reportingTo(said::add);
    Chunk again = new Chunk("a2-c0", 2, chunk(2, 40).parts());

    await("limits.enqueued_tokens=100", chunk(0, 60), chunk(1, 60), again);

    assertThat(said)
        .contains(new BatchProgress(1, 2, 1, 0, 80, 0), new BatchProgress(2, 1, 1, 0, 40, 0));
    assertThat(said.subList(said.size() - 2, said.size()))
        .containsExactly(
            new BatchProgress(1, 2, 2, 2, 80, 80), new BatchProgress(2, 1, 1, 1, 40, 40));
  }

  @Test
  void tellsWhatItDoesAndMeets() throws Throwable {
    List<String> told = new ArrayList<>();
    events = new ToldEvents(told);
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (told.isEmpty()) {
              throw failure(Kind.NO_ROOM, 400, "token_limit_exceeded");
            }
            return super.create(submission);
          }

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            BatchPage page = super.list(after, limit);
            if (told.contains("1 under way") && !told.contains("failed UNAVAILABLE")) {
              throw failure(Kind.UNAVAILABLE, 500, null);
            }
            return page;
          }
        };

    await("", chunk(0, 60));

    assertThat(told)
        .containsSubsequence(
            "failed NO_ROOM",
            "0 under way",
            "created",
            "1 under way",
            "failed UNAVAILABLE",
            "1 under way for minutes",
            "ended COMPLETED",
            "0 under way");
  }

  /** Writes down what it is told. */
  private record ToldEvents(List<String> told) implements BatchEvents {
    @Override
    public void created() {
      told.add("created");
    }

    @Override
    public void ended(BatchStatus status, Duration took) {
      assertThat(took).isGreaterThanOrEqualTo(QUICK.answering());
      told.add("ended " + status);
    }

    @Override
    public void failed(ProviderException call) {
      told.add("failed " + call.kind());
    }

    @Override
    public void polled(int underWay, Duration oldest) {
      boolean old = oldest.compareTo(Duration.ofMinutes(5)) > 0;
      told.add(underWay + " under way" + (old ? " for minutes" : ""));
    }
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void nothingIsSubmittedOnceTheRunIsCancelledElsewhere() throws Throwable {
    time.begin(Duration.ofMinutes(5), this::markCancelled);

    await("limits.enqueued_tokens=100", chunk(0, 60), chunk(1, 60));

    assertThat(creates).isEqualTo(1);
    assertThat(done).extracting(AwaitedChunk::status).containsOnly(BatchStatus.CANCELLED);
    assertThat(done)
        .filteredOn(awaited -> awaited.batchId() == null)
        .extracting(awaited -> awaited.chunk().id())
        .containsExactly("a1-c1");
    assertThat(time.instant()).isBefore(START.plus(Duration.ofMinutes(10)));
  }

  @Test
  void runThatIsCancelledDuringAStepCreatesNothingMoreInIt() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch batch = super.create(submission);
            markCancelled();
            return batch;
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(creates).isEqualTo(1);
    assertThat(done)
        .extracting(awaited -> awaited.chunk().id(), AwaitedChunk::status)
        .containsExactlyInAnyOrder(
            tuple("a1-c0", BatchStatus.CANCELLED), tuple("a1-c1", BatchStatus.CANCELLED));
  }

  @Test
  void twelveBatchesOfASecondWithRoomForFourTakeSeconds() throws Throwable {
    calls.latency = 10;
    Duration moment = Duration.ofMillis(200);
    server =
        server(
            new Fate(
                40,
                0,
                moment,
                Duration.ofSeconds(1),
                moment,
                40,
                false,
                moment,
                hours(0),
                hours(0),
                hours(0),
                Lies.NONE),
            240);
    Chunk[] chunks = IntStream.range(0, 12).mapToObj(i -> chunk(i, 60)).toArray(Chunk[]::new);

    await("", chunks);

    assertThat(done).hasSize(12);
    assertThat(Duration.between(START, time.instant())).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void orphanOnALaterPageIsSeenAtTheEnd() throws Throwable {
    // A hundred batches of others between it and the chunk's own.
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (++creates > 1) {
              return super.create(submission);
            }
            SimulatedBatch orphan =
                server.create(submission.inputFile(), submission.labels(), Duration.ZERO);
            orphan.hideUntil(START.plus(Duration.ofMinutes(5)));
            addBatchesOfOthers();
            throw failure(Kind.NO_REPLY, 0, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(server.ofKey(run.key("a1-c0"))).hasSize(2);
    assertThat(server.ofKey(run.key("a1-c0")).get(0).wasCancelled()).isTrue();
    assertThat(server.ofKey(run.key("a1-c0")).get(1).wasCancelled()).isFalse();
  }

  @Test
  void batchOnALaterPageIsLookedForWhileAnotherRuns() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (++creates > 1) {
              return super.create(submission);
            }
            // Shown when the other chunk has its batch.
            server
                .create(submission.inputFile(), submission.labels(), Duration.ZERO)
                .hideUntil(time.instant().plusSeconds(25));
            addBatchesOfOthers();
            throw failure(Kind.NO_REPLY, 0, null);
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).hasSize(2);
    assertThat(server.ofKey(run.key("a1-c0"))).as("paid once").hasSize(1);
  }

  /** More than a page of the list. */
  private void addBatchesOfOthers() {
    for (int i = 0; i < 150; i++) {
      addOther("other" + i, Map.of(), QUICK.answering());
    }
  }

  private void addOther(String id, Map<String, String> metadata, Duration answering) {
    server.add(
        new SimulatedBatch(
            id,
            time.instant(),
            SimulatedServer.ENDPOINT,
            "f",
            metadata,
            fate(answering, Duration.ZERO),
            Duration.ZERO));
  }

  @Test
  void endOfABatchThatAnotherLaunchHasSubmittedAgainIsNotHandedOut() throws Throwable {
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
}
