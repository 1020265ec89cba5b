package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.util.List;
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
