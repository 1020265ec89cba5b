package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the graph is, before it runs. */
class GraphTest {
  @TempDir Path folder;

  @Test
  void buildingItTouchesNothing() throws Exception {
    try (RunFixture run = RunFixture.start(folder)) {
      List<String> before = files();

      run.pipeline(run.providers());

      assertThat(files()).isEqualTo(before);
      assertThat(run.batches()).isEmpty();
    }
  }

  @Test
  void theSameGraphMayBeLaunchedAgain() throws Exception {
    try (RunFixture run = RunFixture.start(folder)) {
      run.addDocuments("a.jsonl", 0, 100);
      Pipeline pipeline = run.pipeline(run.providers());
      assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
      run.addDocuments("b.jsonl", 100, 200);

      assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);

      assertThat(run.plans()).hasSize(1);
      run.assertEveryDocumentOnce(0, 100);
      run.assertEveryChunkPaidOnce();
    }
  }

  /** In a graph that awaits its own batches, nothing is joined before the last one has ended. */
  @Test
  void isNotBuiltForACanaryThatItCouldNotJudge() throws Exception {
    try (RunFixture run = RunFixture.start(folder, "canary.documents=5")) {
      assertThatThrownBy(() -> run.pipeline(run.providers()))
          .isInstanceOfSatisfying(
              UserException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
          .hasMessageContaining("use submit and collect");
    }
  }

  @Test
  void isNoLargerForAStreamThatHasCommittedManyPlans() throws Exception {
    try (RunFixture run = RunFixture.start(folder, "source.watch=1m", "source.window=1m")) {
      List<String> steps = steps(run.pipeline(run.providers()));
      for (int i = 0; i < 50; i++) {
        String name = String.format("a1-p%05d", i);
        Ledgers.open(RunFolder.of(folder.resolve("staging").toString(), "reviews", "r1"))
            .write(
                "plan/" + name,
                Versioned.ABSENT,
                "{\"name\":\""
                    + name
                    + "\",\"attempt\":1,\"chunks\":[],\"unsent\":[],"
                    + "\"files\":[\"f"
                    + i
                    + "\"]}");
      }
      assertThat(run.plans()).hasSize(50);

      assertThat(steps(run.pipeline(run.providers()))).isEqualTo(steps);
    }
  }

  private static List<String> steps(Pipeline pipeline) {
    List<String> steps = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            steps.add(node.getFullName());
          }
        });
    return steps;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("staging"))) {
      return files.map(Path::toString).sorted().toList();
    }
  }
}
