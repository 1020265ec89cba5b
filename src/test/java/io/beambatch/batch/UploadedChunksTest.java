package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A coordinator that is given chunks before they are uploaded. */
class UploadedChunksTest extends CoordinatorFixture {
  @BeforeEach
  void nothingIsUploaded() {
    uploadsFirst = false;
  }

  @Test
  void chunkIsUploadedOnceAndSent() throws Throwable {
    provider = refusing("none", null);

    await("", chunk(0, 60), chunk(0, 60));

    assertThat(uploads).isEqualTo(1);
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
  }

  @Test
  void chunkOfACancelledRunEndsWithoutAnUpload() throws Throwable {
    provider = refusing("none", null);

    cancel(chunk(0, 60));

    assertThat(uploads).isZero();
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
    assertThat(entry("a1-c0").state()).isEqualTo(State.ENDED);
  }

  @Test
  void uploadThatIsRefusedHoldsUpNoOther() throws Throwable {
    provider = refusing("a1-c0", Kind.INVALID_REQUEST);

    await("", chunk(0, 60), chunk(1, 60));

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c1");
    assertThat(left).hasMessageContaining("the provider refuses the call");
    assertThatThrownBy(() -> entry("a1-c0")).as("not in the ledger").isNotNull();
  }

  @Test
  void uploadThatIsRefusedForAllOrMayPassEndsTheLaunch() {
    for (Kind kind : List.of(Kind.UNAUTHORIZED, Kind.UNAVAILABLE)) {
      provider = refusing("a1-c0", kind);

      assertThatThrownBy(() -> await("", chunk(0, 60), chunk(1, 60)))
          .isInstanceOf(BatchException.class);
      assertThat(creates).isZero();
    }
  }

  @Test
  void uploadThatAnotherLaunchHasDoneMeanwhileIsDeletedAndTheirsIsSent() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            InputFile ours = super.upload(upload);
            recordTheirs(upload.name());
            return ours;
          }

          @Override
          public void deleteFile(String fileId) throws ProviderException {
            super.deleteFile(fileId);
            throw failure(Kind.UNAVAILABLE, 503, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(server.files()).extracting(InputFile::id).containsExactly(entry("a1-c0").fileId());
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(creates).isEqualTo(1);
  }

  /** It may have deleted the files that this one was reading. */
  @Test
  void uploadThatBreaksOffBecauseAnotherLaunchWasFasterIsNoError() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            recordTheirs(upload.name());
            throw failure(Kind.UNAUTHORIZED, 401, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(left).isNull();
  }

  private void recordTheirs(String name) {
    InputFile theirs = server.upload(name, Duration.ZERO, Duration.ZERO);
    try {
      new BatchLedger(new TroubledStore(ledger, null))
          .create("a1-c0", BatchEntry.planned(theirs, time.instant()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void streamHasItsBatchesFollowedWhileUploadsAreRefused() throws Throwable {
    provider = refusing("none", null);
    session("", (session, context) -> session.step(List.of(chunk(0, 60)), done::add));
    assertThat(entry("a1-c0").state()).isEqualTo(State.SUBMITTED);
    later(hours(1));
    List<String> tried = new ArrayList<>();
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            tried.add(upload.name());
            throw failure(Kind.UNAUTHORIZED, 401, null);
          }
        };

    List<Chunk> chunks = List.of(chunk(1, 60), chunk(2, 60), chunk(0, 60));
    assertThatThrownBy(() -> session("", (session, context) -> session.step(chunks, done::add)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("the provider refuses the key");

    assertThat(done).extracting(awaited -> awaited.chunk().id()).containsExactly("a1-c0");
    assertThat(tried).as("the next would be refused, too").hasSize(1);
  }

  @Test
  void streamCreatesABatchAgainThatWasNotCreatedAfterTheTimeToSettle() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (creates == 0) {
              creates++;
              throw failure(Kind.NO_REPLY, 0, null);
            }
            return super.create(submission);
          }
        };

    session(
        "",
        (session, context) -> {
          for (int poll = 0; poll < 20; poll++) {
            session.step(List.of(chunk(0, 60)), done::add);
            time.pass(Duration.ofSeconds(10));
          }
        });

    assertThat(creates).isEqualTo(2);
    assertThat(entry("a1-c0").state()).isEqualTo(State.SUBMITTED);
  }

  @Test
  void streamTriesAChunkThatIsSetAsideAgainAfterAWhile() throws Throwable {
    provider = refusing("a1-c0", Kind.INVALID_REQUEST);
    List<Instant> tries = new ArrayList<>();
    Reliable refusing = (Reliable) provider;
    provider =
        new Reliable() {
          @Override
          public InputFile upload(Upload upload) throws ProviderException {
            tries.add(time.instant());
            return refusing.upload(upload);
          }
        };

    session(
        "",
        (session, context) -> {
          for (int minute = 0; minute < 300; minute++) {
            session.step(List.of(chunk(0, 60)), done::add);
            time.pass(Duration.ofMinutes(1));
          }
        });

    List<Long> pauses =
        IntStream.range(1, tries.size())
            .mapToObj(i -> Duration.between(tries.get(i - 1), tries.get(i)).toMinutes())
            .toList();
    assertThat(pauses).startsWith(2L, 4L, 8L, 16L, 32L, 60L, 60L);
    assertThat(left).hasMessageContaining("the provider refuses the call");
  }

  private Reliable refusing(String chunk, Kind kind) {
    return new Reliable() {
      @Override
      public InputFile upload(Upload upload) throws ProviderException {
        if (upload.name().contains(chunk)) {
          throw failure(kind, 400, null);
        }
        uploads++;
        return super.upload(upload);
      }
    };
  }
}
