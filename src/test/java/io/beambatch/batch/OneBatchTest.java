package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A chunk gets one batch, whoever else is creating one, has been, or has not. */
class OneBatchTest extends CoordinatorFixture {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void creatorOnAnotherMachineIsGivenItsTimeBeforeItsChunkIsTakenOver() throws Throwable {
    submittingElsewhere("a1-c0");

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(creates).isEqualTo(1);
    assertThat(onlyBatch().created)
        .as("a lease of 10 minutes, and the time to settle")
        .isBetween(START.plus(MINUTE.multipliedBy(10)), START.plus(MINUTE.multipliedBy(14)));
  }

  /** The call that carries the requests takes as long as they take to send. */
  @Test
  void creatorThatSendsMuchIsGivenMoreTime() throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(OrphanSearch.COUNT);
    long bytes = 2L << 30;
    new BatchLedger(new TroubledStore(ledger, null))
        .create(
            "a1-c0",
            BatchEntry.unwanted(START.toEpochMilli(), START)
                .submitting("elsewhere/1/1/random", START));

    await("", new Chunk("a1-c0", 1, List.of(new Part("p0", 40, 40, bytes, 60, Map.of()))));

    assertThat(onlyBatch().created)
        .as("a lease of 10 minutes, the time to send, and the time to settle")
        .isAfter(START.plus(MINUTE.multipliedBy(22)).plus(Timeouts.ofSending(bytes)));
  }

  @Test
  void batchThatAnotherMachineHasCreatedIsAdoptedAtOnce() throws Throwable {
    String file = submittingElsewhere("a1-c0");
    time.begin(MINUTE.multipliedBy(5), () -> createAtTheServer(file));

    await("", chunk(0, 60));

    assertThat(creates).isZero();
    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(onlyBatch().id);
    assertThat(time.instant()).isBefore(START.plus(MINUTE.multipliedBy(20)));
  }

  @Test
  void endThatAnotherMachineHasRecordedIsTakenAtTheNextStep() throws Throwable {
    submittingElsewhere("a1-c0");
    BatchEnd end = BatchEnd.withoutResults(BatchStatus.EXPIRED, List.of());
    time.begin(
        MINUTE.multipliedBy(2),
        () ->
            change(
                "a1-c0",
                entry -> entry.submitted("b9", time.instant()).ended(end, time.instant())));

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly("b9");
    assertThat(creates).isZero();
    assertThat(time.instant()).isBefore(START.plus(MINUTE.multipliedBy(5)));
  }

  @Test
  void batchThatShowsAfterTheLeaseIsAdoptedAndNoneIsCreated() throws Throwable {
    String file = submittingElsewhere("a1-c0");
    time.begin(Duration.ofSeconds(610), () -> createAtTheServer(file));

    await("", chunk(0, 60));

    assertThat(creates).isZero();
    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(onlyBatch().id);
  }

  @Test
  void cancelledBatchOfAnotherMachineIsTakenOnlyWhenNoOtherCanShow() throws Throwable {
    String file = submittingElsewhere("a1-c0");
    time.begin(
        MINUTE,
        () -> {
          createAtTheServer(file);
          onlyBatch().cancel(time.instant());
        });

    await("", chunk(0, 60));

    assertThat(creates).isZero();
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(time.instant()).isAfter(START.plus(MINUTE.multipliedBy(10)));
  }

  @Test
  void cancellingWaitsForACreatorThatIsGoneAndCreatesNothing() throws Throwable {
    submittingElsewhere("a1-c0");

    cancel(chunk(0, 60));

    assertThat(creates).isZero();
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(done.get(0).batchId()).isNull();
    assertThat(time.instant())
        .isBetween(START.plus(Duration.ofSeconds(630)), START.plus(MINUTE.multipliedBy(14)));
  }

  @Test
  void cancellingEndsAChunkThatTheLimitsWouldNoLongerAllow() throws Throwable {
    submittingElsewhere("a1-c0");

    launch(true, "limits.enqueued_requests=5", chunk(0, 60));

    assertThat(left).isNull();
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
  }

  @Test
  void creatorOfThisMachineThatHasCrashedIsNotWaitedFor() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (creates == 0) {
              creates++;
              throw new Crash();
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60));
    assertThat(crashed).isTrue();
    await("", chunk(0, 60));

    assertThat(creates).isEqualTo(2);
    assertThat(onlyBatch().created)
        .as("only the time to settle")
        .isBetween(START.plusSeconds(30), START.plus(MINUTE.multipliedBy(3)));
  }

  @ParameterizedTest
  @EnumSource(names = {"METADATA", "COUNT"})
  void batchOfACreatorWhoWasTakenForDeadIsCancelled(OrphanSearch search) throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(search);
    List<String> batches = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch late = super.create(submission);
            // Meanwhile another has taken the chunk over, and created its own.
            batches.addAll(List.of(late.id(), server.create(submission, Duration.ZERO).id));
            resubmit("a1-c0", batches.get(1));
            return late;
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(batches.get(1));
    assertThat(server.batch(batches.get(0)).wasCancelled()).isTrue();
    assertThat(server.batch(batches.get(1)).wasCancelled()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"METADATA", "COUNT"})
  void batchOfAChunkThatAnotherHasPutBackIsAdoptedAndNotCancelled(OrphanSearch search)
      throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(search);
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch batch = super.create(submission);
            change("a1-c0", entry -> entry.putBack(time.instant()));
            return batch;
          }
        };

    await("", chunk(0, 60));

    assertThat(creates).as("paid once").isEqualTo(1);
    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(onlyBatch().id);
    assertThat(onlyBatch().wasCancelled()).isFalse();
  }

  /** The step begins with another at work on the chunk, and no batch in the list. */
  @Test
  void batchOfAChunkThatAnotherPutsBackDuringTheStepIsAdopted() throws Throwable {
    server = server(fate(MINUTE, Duration.ofHours(3)), Long.MAX_VALUE);
    provider =
        new Reliable() {
          private boolean isTakenOver;

          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch batch = super.create(submission);
            if (creates == 1) {
              Instant longAgo = time.instant().minus(Duration.ofHours(1));
              change("a1-c0", entry -> entry.submitting("elsewhere/1/1/random", longAgo));
              isTakenOver = true;
            }
            return batch;
          }

          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            BatchPage page = super.list(after, limit);
            if (isTakenOver) {
              isTakenOver = false;
              change("a1-c0", entry -> entry.putBack(time.instant()));
            }
            return page;
          }
        };

    await("", chunk(0, 60));

    assertThat(creates).as("paid once").isEqualTo(1);
    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(onlyBatch().id);
    assertThat(onlyBatch().wasCancelled()).isFalse();
  }

  /** Nothing but its results can tell whose a batch is. */
  @Test
  void noneIsCreatedWhileABatchRunsThatMayBeTheChunksOwn() throws Throwable {
    server = server(fate(Duration.ofHours(2), Duration.ZERO), Long.MAX_VALUE);
    server.capabilities = SimulatedWorld.capabilities(OrphanSearch.COUNT);
    provider = new Unanswered(true);

    await("", chunk(0, 60));

    assertThat(creates).as("paid once").isEqualTo(1);
    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(onlyBatch().id);
  }

  @Test
  void batchThatIsOlderThanTheCreationIsNotWaitedFor() throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(OrphanSearch.COUNT);
    Fate slow = fate(Duration.ofHours(20), Duration.ZERO);
    addBatchOfOthers("of our size", MINUTE, slow);
    addBatchOfOthers("the newest", MINUTE.multipliedBy(2), slow.of(7));
    time.begin(MINUTE.multipliedBy(10), () -> {});
    time.run();
    provider = new Unanswered(false);

    await("", chunk(0, 60));

    assertThat(creates).isEqualTo(2);
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(time.instant()).isBefore(START.plus(Duration.ofHours(2)));
  }

  private void addBatchOfOthers(String id, Duration after, Fate fate) {
    server.add(
        new SimulatedBatch(
            id, START.plus(after), SimulatedServer.ENDPOINT, "", Map.of(), fate, Duration.ZERO));
  }

  @Test
  void noneIsCreatedOfAChunkThatAnotherUploadsAgainAndSubmitsMeanwhile() throws Throwable {
    List<String> theirs = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            InputFile ours = super.upload(upload);
            if (++uploads == 1) {
              server.deleteFile(ours.id());
            } else if (theirs.isEmpty()) {
              InputFile file = server.upload(upload.name(), Duration.ZERO, Duration.ZERO);
              change(
                  "a1-c0",
                  entry ->
                      entry
                          .uploaded(file, time.instant())
                          .submitting("elsewhere/1/1/random", time.instant()));
              theirs.add(file.id());
              time.begin(MINUTE, () -> createAtTheServer(file.id()));
            }
            return ours;
          }

          @Override
          public Batch create(Submission submission) throws ProviderException {
            assertThat(theirs).as("it is theirs to create").isEmpty();
            return super.create(submission);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(onlyBatch().id);
    assertThat(server.files()).extracting(InputFile::id).containsExactlyElementsOf(theirs);
  }

  @Test
  void batchIsNotAdoptedOverTheOneThatAnotherHasRecordedMeanwhile() throws Throwable {
    List<String> batches = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            if (!batches.isEmpty()) {
              return super.list(after, limit);
            }
            String file = server.files().get(0).id();
            batches.add(createAtTheServer(file));
            BatchPage page = super.list(after, limit);
            batches.add(createAtTheServer(file));
            resubmit("a1-c0", batches.get(1));
            return page;
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(batches.get(1));
    assertThat(server.batch(batches.get(0)).wasCancelled()).isTrue();
    assertThat(server.batch(batches.get(1)).wasCancelled()).isFalse();
  }

  @Test
  void batchOfAnotherInputIsNotCancelledThoughItHasTheKeyOfAChunk() throws Throwable {
    String[] theirs = new String[1];
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch own = super.create(submission);
            theirs[0] =
                createAtTheServer(server.upload("theirs.jsonl", Duration.ZERO, Duration.ZERO).id());
            return own;
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(server.batch(theirs[0]).wasCancelled()).isFalse();
  }

  @Test
  void orphanThatHasEndedIsLeftAlone() throws Throwable {
    Iterator<Fate> fates = List.of(fate(hours(3), Duration.ZERO), QUICK).iterator();
    server = new SimulatedServer(time, Duration.ZERO, Long.MAX_VALUE, 2_000, fates::next);
    List<String> cancelled = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch own = super.create(submission);
            server.create(submission, Duration.ZERO).hideUntil(START.plus(hours(1)));
            return own;
          }

          @Override
          public Batch cancel(String batchId) throws ProviderException {
            cancelled.add(batchId);
            return super.cancel(batchId);
          }
        };

    await("", chunk(0, 60));

    assertThat(server.ofKey(run.key("a1-c0"))).hasSize(2);
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(cancelled).isEmpty();
  }

  @Test
  void orphanThatCannotBeCancelledIsTriedForAnHourThenLeft() throws Throwable {
    List<Instant> tries = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            Batch late = super.create(submission);
            resubmit(
                "a1-c0",
                server.create(submission.inputFile(), submission.labels(), Duration.ZERO).id);
            return late;
          }

          @Override
          public Batch cancel(String batchId) throws ProviderException {
            tries.add(time.instant());
            throw failure(Kind.UNAVAILABLE, 503, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).hasSize(1);
    assertThat(tries).hasSizeGreaterThan(2);
    assertThat(tries.get(tries.size() - 1)).isAfter(START.plus(MINUTE.multipliedBy(60)));
    assertThat(time.instant()).isBefore(START.plus(MINUTE.multipliedBy(80)));
  }

  @Test
  void noneIsCreatedOfAnOldIntention() throws Throwable {
    // Each call takes minutes, so that others may have taken the chunk over meanwhile.
    calls.latency = 150_000;
    List<Duration> ages = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            ages.add(Duration.between(Instant.ofEpochMilli(since()), time.instant()));
            return super.create(submission);
          }

          private long since() {
            try {
              return entry("a1-c0").since();
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };

    await("", chunk(0, 60));

    assertThat(ages).hasSize(1).allMatch(age -> age.compareTo(MINUTE) <= 0);
    assertThat(onlyBatch()).isNotNull();
  }

  @Test
  void creationsWaitForAsLongAsTheProviderAsks() throws Throwable {
    for (int status : List.of(429, 503)) {
      List<Instant> tries = new ArrayList<>();
      Instant began = time.instant();
      String id = "a1-c" + status;
      provider =
          new Reliable() {
            @Override
            public Batch create(Submission submission) throws ProviderException {
              tries.add(time.instant());
              if (tries.size() == 1) {
                throw new ProviderException(
                    Kind.UNAVAILABLE,
                    new ReplyHead(status, null, "r", MINUTE.multipliedBy(20)),
                    "slow");
              }
              return super.create(submission);
            }
          };

      await("", chunk(status, 60));

      assertThat(tries).hasSize(2);
      assertThat(Duration.between(tries.get(0), tries.get(1)))
          .isGreaterThanOrEqualTo(MINUTE.multipliedBy(20));
      assertThat(entry(id).batchId()).isNotNull();
      assertThat(Duration.between(began, time.instant())).isLessThan(Duration.ofHours(1));
    }
  }

  /** A chunk that somebody on a machine of which nothing is known began to submit just now. */
  private String submittingElsewhere(String chunk) throws IOException {
    InputFile file = server.upload(run.inputName(chunk), Duration.ZERO, Duration.ZERO);
    BatchLedger direct = new BatchLedger(new TroubledStore(ledger, null));
    direct.create(chunk, BatchEntry.planned(file, START).submitting("elsewhere/1/1/random", START));
    return file.id();
  }

  private String createAtTheServer(String file) {
    try {
      return server.create(file, Map.of("beambatch_key", run.key("a1-c0")), Duration.ZERO).id;
    } catch (ProviderException e) {
      throw new AssertionError(e);
    }
  }

  private SimulatedBatch onlyBatch() {
    List<SimulatedBatch> batches = server.ofKey(run.key("a1-c0"));
    assertThat(batches).hasSize(1);
    return batches.get(0);
  }

  /** The reply to the first creation is lost. */
  private final class Unanswered extends Reliable {
    private final boolean carriedOut;

    Unanswered(boolean carriedOut) {
      this.carriedOut = carriedOut;
    }

    @Override
    public Batch create(Submission submission) throws ProviderException {
      if (creates > 0) {
        return super.create(submission);
      }
      creates++;
      if (carriedOut) {
        server.create(submission, Duration.ZERO);
      }
      throw failure(Kind.NO_REPLY, 0, null);
    }
  }
}
