package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.DirectPipelines;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Limits;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The step that plans bounded input when a runner repeats it, after a crash in a later step. */
class PlanRepeatedTest {
  private static final Limits LIMITS = new Limits(100, 10_000, 10_000, 10_000);

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void choose() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
  }

  @Test
  void keepsThePartsThatItCommittedAndDropsThoseOfAnotherReading() throws Exception {
    List<PlanInput> first = read("a", "b");
    plan(first);
    plan(first);
    plan(read("c", "d"));

    assertThat(PlanStore.of(folder).all()).hasSize(1);
    assertThat(Storage.exists(folder.requests("a"))).isTrue();
    assertThat(Storage.exists(folder.documents("a"))).isTrue();
    assertThat(Storage.exists(folder.failures("b"))).isTrue();
    assertThat(Storage.exists(folder.requests("c"))).isFalse();
    assertThat(Storage.exists(folder.failures("d"))).isFalse();
  }

  /** A reading that has written one part of requests and one of failures. */
  private List<PlanInput> read(String requests, String failures) throws Exception {
    for (String file :
        List.of(folder.requests(requests), folder.documents(requests), folder.failures(failures))) {
      Storage.write(file, out -> out.write('x'));
    }
    return List.of(
        PlanInput.ofOrigin(),
        PlanInput.ofRead(2),
        PlanInput.of(new Part(requests, 1, 1, 1, 1, Map.of())),
        PlanInput.of(new Part(failures, 0, 0, 0, 0, Map.of(FailureReason.INVALID_DOCUMENT, 1L))));
  }

  private void plan(List<PlanInput> input) {
    Pipeline pipeline = DirectPipelines.create();
    pipeline
        .apply(Create.of(input).withCoder(JsonCoder.of(PlanInput.class)))
        .apply(new PlanChunks(1, folder, LIMITS, LineSelector.ALL));
    pipeline.run().waitUntilFinish();
  }
}
