package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.SmallJob;
import io.beambatch.schema.Shape;
import io.beambatch.schema.ShapeCollector;
import io.beambatch.storage.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The columns of a sink, for documents of a source that names none. */
class DocumentShapesTest {
  @TempDir Path temp;

  @Test
  void areThoseOfAllPlansThatAreCommittedByNow() throws Exception {
    RunFolder folder = RunFolder.of(temp.toString(), "job", "r1");
    DocumentShapes shapes = new DocumentShapes(folder);
    assertThat(shapes.merged()).isEqualTo(Shape.NONE);

    commit(folder, "a1-p00000", "{\"a\":1}");
    assertThat(shapes.merged().fields()).containsOnlyKeys("a");
    commit(folder, "a1-p00001", "{\"b\":\"x\"}");
    // A plan never changes: it isn't read again.
    Files.writeString(temp.resolve("job/r1/plan/a1-p00000/1.json"), "damaged");

    assertThat(shapes.merged().fields()).containsOnlyKeys("a", "b");
  }

  @Test
  void areNeededForATableOfDocumentsWithoutASchema() {
    assertThat(DocumentShapes.areNeeded(SmallJob.of("sink.type=csv"))).isTrue();
    assertThat(DocumentShapes.areNeeded(SmallJob.of())).as("lines of JSON").isFalse();
    assertThat(DocumentShapes.areNeeded(SmallJob.of("sink.type=csv", "source.type=avro")))
        .as("the files have a schema")
        .isFalse();
  }

  private static void commit(RunFolder folder, String name, String document) throws Exception {
    ShapeCollector collector = new ShapeCollector();
    collector.add(document);
    PlanStore.of(folder)
        .commit(new Plan(name, 1, List.of(), List.of(), List.of(), collector.shape()));
  }
}
