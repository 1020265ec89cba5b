package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.batch.SimulatedBatch.Lies;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every state in which a chunk can be stuck has an end that needs no person, and stops no other.
 */
class StuckChunkTest extends CoordinatorFixture {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void documentsOfABatchThatVanishedGoOnAndHoldUpNoOther() throws Throwable {
    vanishes("a1-c0", MINUTE.multipliedBy(3));

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1", "a1-c0");
    assertThat(done).extracting(AwaitedChunk::status).containsOnly(BatchStatus.COMPLETED);
    assertThat(done.get(1).outputFileId()).isNull();
    assertThat(done.get(1).errors()).extracting(BatchError::code).containsOnly(BatchEnd.VANISHED);
    assertThat(done.get(1).errors()).allMatch(BatchEnd::isVanished);
    assertThat(entry("a1-c0").end().answered()).isZero();
    assertThat(left).isNull();
    assertThat(time.instant())
        .as("3 minutes there, 10 minutes of grace")
        .isBetween(START.plus(MINUTE.multipliedBy(12)), START.plus(MINUTE.multipliedBy(20)));
  }

  @Test
  void inputOfTheRunProvesTheProjectWhereNoOtherBatchDoes() throws Throwable {
    vanishes("a1-c0", MINUTE.multipliedBy(3));

    await("", chunk(0, 60));

    assertThat(done.get(0).errors()).extracting(BatchError::code).containsOnly(BatchEnd.VANISHED);
    assertThat(left).isNull();
  }

  /** Whoever shows new batches late may show an old one late, too. */
  @Test
  void vanishedBatchIsLookedForAsLongAsANewOne() throws Throwable {
    server = server(fate(Duration.ofHours(1), Duration.ZERO), Long.MAX_VALUE);
    server.capabilities = SimulatedWorld.capabilities(OrphanSearch.COUNT);
    vanishes("a1-c0", MINUTE.multipliedBy(3));

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done.get(0).errors()).extracting(BatchError::code).containsOnly(BatchEnd.VANISHED);
    assertThat(Instant.ofEpochMilli(entry("a1-c0").since()))
        .as("3 minutes there, 12 minutes to settle")
        .isBetween(START.plus(MINUTE.multipliedBy(15)), START.plus(MINUTE.multipliedBy(20)));
  }

  @Test
  void cancelEndsThoughABatchHasVanished() throws Throwable {
    vanishes("a1-c0", MINUTE.multipliedBy(3));
    time.begin(MINUTE.multipliedBy(5), this::markCancelled);

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(left).isNull();
    assertThat(time.instant()).isBefore(START.plus(MINUTE.multipliedBy(20)));
  }

  @Test
  void batchThatShowsAgainIsCollected() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            BatchPage page = super.list(after, limit);
            return isHidden() ? new BatchPage(List.of(), false) : page;
          }

          @Override
          public Batch get(String batchId) throws ProviderException {
            if (isHidden()) {
              throw failure(Kind.NOT_FOUND, 404, null);
            }
            return super.get(batchId);
          }

          private boolean isHidden() {
            Duration age = Duration.between(START, time.instant());
            return (age.compareTo(MINUTE.multipliedBy(2)) > 0
                    && age.compareTo(MINUTE.multipliedBy(11)) < 0)
                || (age.compareTo(MINUTE.multipliedBy(12)) > 0
                    && age.compareTo(MINUTE.multipliedBy(19)) < 0);
          }
        };
    server = server(fate(Duration.ofHours(1), Duration.ZERO), Long.MAX_VALUE);

    await("", chunk(0, 60));

    assertThat(done.get(0).outputFileId()).as("answers that were paid for").isNotNull();
    assertThat(entry("a1-c0").times().vanished()).isNull();
  }

  @Test
  void keyOfAnotherProjectSendsNothingAgain() throws Throwable {
    provider = new OtherProject();
    server = server(fate(Duration.ofHours(1), Duration.ZERO), Long.MAX_VALUE);

    await("", chunk(0, 60));

    assertThat(done).isEmpty();
    assertThat(left)
        .hasMessageContaining("use the key of the project that it was created with")
        .hasMessageContaining("run the same command again");
    assertThat(entry("a1-c0").state()).isEqualTo(State.SUBMITTED);
    assertThat(entry("a1-c0").problem()).isEqualTo(left.getMessage());

    later(Duration.ofHours(27));
    await("", chunk(0, 60));

    assertThat(done).hasSize(1);
    assertThat(done.get(0).errors()).extracting(BatchError::code).containsOnly(BatchEnd.UNKNOWN);
    assertThat(server.ofKey(run.key("a1-c0"))).as("paid once").hasSize(1);
  }

  @Test
  void batchThatStaysCancellingIsGivenUpAndHoldsUpNoOther() throws Throwable {
    server = server(stuckAt(0, MINUTE), Long.MAX_VALUE);
    server.trouble = SimulatedBatch::cancelForEver;

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(left).isNull();
    assertThat(server.ofKey(run.key("a1-c0")).get(0).wasCancelled()).isTrue();
    assertThat(time.instant())
        .as("a deadline of 26 hours, then half an hour")
        .isBetween(START.plus(Duration.ofMinutes(26 * 60 + 29)), START.plus(hours(27)));
  }

  @Test
  void timeToEndIsGivenFromWhenTheProviderAgreesToCancel() throws Throwable {
    server = server(stuckAt(0, MINUTE), Long.MAX_VALUE);
    server.trouble = SimulatedBatch::cancelForEver;
    Instant agreed = START.plus(hours(26)).plus(MINUTE.multipliedBy(20));
    provider =
        new Reliable() {
          @Override
          public Batch cancel(String batchId) throws ProviderException {
            if (time.instant().isBefore(agreed)) {
              throw failure(Kind.UNAVAILABLE, 503, null);
            }
            return super.cancel(batchId);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(time.instant())
        .isBetween(agreed.plus(MINUTE.multipliedBy(30)), agreed.plus(MINUTE.multipliedBy(35)));
  }

  @Test
  void batchThatCannotBeCancelledIsGivenUp() throws Throwable {
    server = server(stuckAt(10, MINUTE), Long.MAX_VALUE);
    provider =
        new Reliable() {
          @Override
          public Batch cancel(String batchId) throws ProviderException {
            throw failure(Kind.CONFLICT, 409, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(done.get(0).errors()).extracting(BatchError::code).containsOnly(BatchEnd.GIVEN_UP);
    assertThat(time.instant())
        .isBetween(START.plus(Duration.ofMinutes(26 * 60 + 29)), START.plus(hours(27)));
  }

  /** At a provider whose batches carry no mark, one that never ends never shows whose it is. */
  @Test
  void chunkWhoseBatchCannotBeToldIsSetAsideAndHoldsUpNoOther() throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(OrphanSearch.COUNT);
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (++creates > 1) {
              return super.create(submission);
            }
            server.add(
                new SimulatedBatch(
                    "a stranger's",
                    time.instant(),
                    SimulatedServer.ENDPOINT,
                    "",
                    Map.of(),
                    stuckAt(10, MINUTE),
                    Duration.ZERO));
            throw failure(Kind.NO_REPLY, 0, null);
          }
        };

    await("", chunk(0, 60), lastOf(7));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1");
    assertThat(left)
        .hasMessageContaining("whether a batch was created for chunk a1-c0 is unknown")
        .hasMessageContaining("cancel it there if it is yours");
    assertThat(server.ofKey(run.key("a1-c0"))).isEmpty();
    assertThat(entry("a1-c0").state()).isEqualTo(State.SUBMITTING);
    assertThat(time.instant())
        .as("a deadline of 26 hours, and an outage")
        .isBetween(START.plus(hours(27)), START.plus(hours(28)));
  }

  @Test
  void batchThatNeverStartsIsCancelledAtItsDeadline() throws Throwable {
    server = server(stuckAt(40, Duration.ofDays(20)), Long.MAX_VALUE);

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(time.instant()).isBetween(START.plus(hours(26)), START.plus(hours(27)));
  }

  @Test
  void resultFilesThatNeverShowAreNotWaitedForLongerThanTheGrace() throws Throwable {
    Fate hidden =
        new Fate(
            40,
            0,
            MINUTE,
            MINUTE,
            MINUTE,
            40,
            false,
            MINUTE,
            hours(0),
            hours(0),
            hours(100),
            Lies.NONE);
    server = server(hidden, Long.MAX_VALUE);

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(time.instant())
        .isBetween(START.plus(MINUTE.multipliedBy(13)), START.plus(MINUTE.multipliedBy(15)));
  }

  @Test
  void inputThatIsNeverFoundIsUploadedTwiceAgainAndHoldsUpNoOther() throws Throwable {
    String[] first = new String[1];
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            InputFile file = super.upload(upload);
            if (upload.name().contains("a1-c0")) {
              uploads++;
              server.deleteFile(file.id());
              first[0] = file.id();
            }
            return file;
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(uploads).isEqualTo(3);
    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1");
    assertThat(left)
        .hasMessageContaining("was uploaded 3 times, but can't be found at the provider")
        .hasMessageContaining("Cannot find file " + first[0]);
    assertThat(time.instant())
        .isBetween(START.plus(MINUTE.multipliedBy(30)), START.plus(MINUTE.multipliedBy(40)));
  }

  @Test
  void inputIsNotLostIfOtherRefusalsWereBetweenThoseThatMissedIt() throws Throwable {
    provider =
        new Reliable() {
          private boolean missedAgain;

          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            uploads++;
            return super.upload(upload);
          }

          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (creates++ == 0) {
              throw failure(Kind.FILE_NOT_READY, 400, null);
            }
            if (time.instant().isBefore(START.plus(MINUTE.multipliedBy(15)))) {
              throw failure(Kind.NO_ROOM, 400, "token_limit_exceeded");
            }
            if (!missedAgain) {
              missedAgain = true;
              throw failure(Kind.FILE_NOT_READY, 400, null);
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(uploads).isEqualTo(1);
  }

  @Test
  void inputThatWasLostIsUploadedAgainByItself() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            InputFile file = super.upload(upload);
            if (++uploads == 1) {
              server.deleteFile(file.id());
            }
            return file;
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(uploads).isEqualTo(2);
    assertThat(creates).as("fewer each time").isLessThan(25);
  }

  @Test
  void chunkForWhichThereIsNeverRoomIsLeftWithTheProvidersWords() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            creates++;
            throw failure(Kind.NO_ROOM, 400, "token_limit_exceeded");
          }
        };

    await("poll.deadline=2h", chunk(0, 60));

    assertThat(left)
        .hasMessageContaining("a1-c0 could not be submitted")
        .hasMessageContaining("(the provider said: said so)");
    assertThat(creates).as("seldom after a while").isLessThan(40);
    assertThat(time.instant())
        .as("and an outage")
        .isBetween(START.plus(hours(3)), START.plus(hours(4)));
  }

  @Test
  void creationThatIsRefusedAsSuchHoldsUpNoOther() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (run.key("a1-c0").equals(submission.key())) {
              throw failure(Kind.INVALID_REQUEST, 400, "invalid_value");
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1");
    assertThat(left).hasMessageContaining("no batch could be created for chunk a1-c0");
    assertThat(entry("a1-c0").state()).isEqualTo(State.PLANNED);
  }

  @Test
  void serverWithoutAListOfBatchesIsSaidAtOnceAndNothingIsCreated() {
    for (int status : List.of(404, 405)) {
      provider =
          new Reliable() {
            @Override
            public BatchPage list(@Nullable String after, int limit) throws ProviderException {
              throw failure(status == 404 ? Kind.NOT_FOUND : Kind.INVALID_REQUEST, status, null);
            }
          };

      assertThatThrownBy(() -> await("", chunk(0, 60)))
          .isInstanceOf(BatchException.class)
          .hasMessageContaining("the server has no list of batches, which is needed to find")
          .hasMessageContaining("said so");
    }
    assertThat(time.instant()).isBefore(START.plus(MINUTE));
    assertThat(server.ofKey(run.key("a1-c0"))).isEmpty();
  }

  private static Fate stuckAt(int requests, Duration validating) {
    return new Fate(
        40,
        0,
        validating,
        MINUTE,
        MINUTE,
        requests,
        false,
        MINUTE,
        hours(0),
        hours(0),
        hours(0),
        Lies.NONE);
  }

  /** Another chunk, of as many requests. */
  private static Chunk lastOf(int requests) {
    return new Chunk(
        "a1-c1", 1, List.of(new Part("p1", requests, requests, 100, requests, Map.of())));
  }

  private void vanishes(String chunk, Duration after) {
    server.trouble =
        batch -> {
          if (run.key(chunk).equals(batch.key())) {
            batch.vanish(after);
          }
        };
  }

  /** What somebody sees whose key is soon another project's. */
  private final class OtherProject extends Reliable {
    private boolean isOurs() {
      return time.instant().isBefore(START.plus(MINUTE.multipliedBy(2)));
    }

    @Override
    public BatchPage list(@Nullable String after, int limit) throws ProviderException {
      return isOurs()
          ? super.list(after, limit)
          : new BatchPage(List.of(ListedBatches.batch("theirs", 0)), false);
    }

    @Override
    public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
      return isOurs()
          ? super.listFiles(after, limit)
          : new FilePage(List.of(new InputFile("file-9", "theirs.jsonl", START)), false);
    }

    @Override
    public Batch get(String batchId) throws ProviderException {
      if (isOurs()) {
        return super.get(batchId);
      }
      throw failure(Kind.NOT_FOUND, 404, null);
    }
  }
}
