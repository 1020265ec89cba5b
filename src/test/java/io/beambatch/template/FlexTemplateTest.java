package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.runners.dataflow.options.DataflowPipelineWorkerPoolOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a launch does, on the direct runner. */
@Tag("slow")
class FlexTemplateTest {
  @TempDir Path folder;
  private LocalServer server;

  @BeforeEach
  void aServerAnswers() throws Exception {
    server = LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("server")));
    Files.writeString(
        folder.resolve("in.jsonl"), "{\"text\": \"a good one\"}\n{\"other\": \"no text\"}\n");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void goesFromDocumentsToTheReport() throws Exception {
    launch(job(), "--run=monday");

    assertThat(Report.of(folderOf("monday")))
        .returns(2L, Report::documents)
        .returns(1L, Report::answered)
        .returns(1L, Report::failures);
  }

  @Test
  void doesNothingForAFinishedRun() throws Exception {
    launch(job(), "--run=monday");
    Report first = Report.of(folderOf("monday"));

    Pipeline again = FlexTemplate.pipeline(job(), options("--run=monday"), providers());

    assertThat(again.run().waitUntilFinish().isTerminal()).isTrue();
    assertThat(Report.of(folderOf("monday"))).isEqualTo(first);
  }

  @Test
  void submitsAndCollectsInLaunchesOfTheirOwn() throws Exception {
    launch(job(), "--run=monday", "--mode=submit");
    assertThat(Path.of(folderOf("monday").report())).doesNotExist();

    int launches = 0;
    while (!Files.exists(Path.of(folderOf("monday").report()))) {
      launch(job(), "--run=monday", "--mode=collect");
      assertThat(++launches).isLessThan(100);
    }

    assertThat(Report.of(folderOf("monday"))).returns(2L, Report::documents);
  }

  @Test
  void leavesNothingToWorkersWhileNothingHasEnded() throws Exception {
    server.faults(FaultText.parse("batch:stuck:100%:0.5"));
    launch(job(), "--run=monday", "--mode=submit");

    TemplateOptions options = options("--run=monday", "--mode=collect");
    Pipeline idle = FlexTemplate.pipeline(job(), options, providers());

    assertThat(steps(idle)).containsExactly("Nothing of run monday has ended since the last look");
    assertThat(options.as(DataflowPipelineWorkerPoolOptions.class).getMaxNumWorkers()).isOne();
    assertThat(idle.run().waitUntilFinish()).isEqualTo(State.DONE);
    assertThat(Path.of(folderOf("monday").report())).doesNotExist();
  }

  @Test
  void cancelsARunAndWritesWhatWasAnswered() throws Exception {
    launch(job(), "--run=monday", "--mode=submit");

    launch(job(), "--run=monday", "--mode=cancel");

    Report report = Report.of(folderOf("monday"));
    assertThat(report.documents()).isEqualTo(2);
    assertThat(report.answered() + report.failures()).isEqualTo(2);
    assertThat(report.failed()).containsKey("invalid_document");
    // Nothing of a cancelled run is sent by a later launch.
    launch(job(), "--run=monday");
    assertThat(Report.of(folderOf("monday"))).isEqualTo(report);
  }

  @Test
  void hasNothingToCancelOfARunThatIsMissing() {
    assertThatThrownBy(() -> launch(job(), "--run=tuesday", "--mode=cancel"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has no run tuesday");
  }

  @Test
  void hasNothingToCollectOfARunThatWasNotSubmitted() {
    assertThatThrownBy(() -> launch(job(), "--run=tuesday", "--mode=collect"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has no run tuesday");
  }

  @Test
  void failsOverTheLimitOfFailedDocumentsButLeavesTheReport() throws Exception {
    assertThatThrownBy(() -> launch(job("retry.max_failed=0"), "--run=monday"))
        .hasCauseInstanceOf(UserException.class)
        .hasMessageContaining("1 of 2 documents failed, more than retry.max_failed allows");
    assertThat(Report.of(folderOf("monday")).documents()).isEqualTo(2);
  }

  /** The launcher creates batches, too, when it polls. */
  @Test
  void sendsNothingBesideACanaryThatIsOutsideItsBounds() throws Exception {
    writeTexts(6);
    server.faults(FaultText.parse("line:filtered:100%"));
    String canary = "canary={documents: 2, stop_if: {failed: ";
    launch(job("limits.requests=2", canary + "5%}}"), "--run=monday", "--mode=submit");
    assertThat(batches()).isEqualTo(1);

    assertThatThrownBy(() -> collect(job("limits.requests=2", canary + "5%}}")))
        .hasMessageContaining(
            "2 of 2 failed (100.0%), more than canary.stop_if.failed allows (5%)");
    assertThat(batches()).isEqualTo(1);

    server.faults(Faults.none());
    collect(job("limits.requests=2", canary + "100%}}"));
    assertThat(Report.of(folderOf("monday")))
        .returns(6L, Report::documents)
        .returns(4L, Report::answered);
    assertThat(batches()).isEqualTo(3);
  }

  @Test
  void sendsNothingThatALimitOnCostDoesNotAllow() throws Exception {
    writeTexts(4);
    // An answer of at most three tokens costs three dollars; the server writes two.
    String[] dear = {
      "limits.requests=1",
      "limits.on_budget=stop",
      "limits.cost_usd=5",
      "request.body={max_tokens: 3, messages: [{role: user, content: 'Sentiment of: {{text}}'}]}",
      "prices={gpt-4o-mini: {input: 0, output: 2000000}}"
    };
    launch(job(dear), "--run=monday", "--mode=submit");
    assertThat(batches()).isEqualTo(1);

    assertThatThrownBy(() -> collect(job(dear)))
        .hasMessageContaining("more than limits.cost_usd allows ($5.00)");
    assertThat(batches()).isEqualTo(2);

    dear[2] = "limits.cost_usd=100";
    collect(job(dear));
    assertThat(Report.of(folderOf("monday"))).returns(4L, Report::answered);
    assertThat(batches()).isEqualTo(4);
  }

  private void writeTexts(int count) throws Exception {
    Files.writeString(
        folder.resolve("in.jsonl"),
        IntStream.range(0, count)
            .mapToObj(i -> "{\"text\": \"a good one, number " + i + "\"}\n")
            .collect(Collectors.joining()));
  }

  /** Launches collections until the run has its report. */
  private void collect(Job job) throws Exception {
    for (int i = 0; !Files.exists(Path.of(folderOf("monday").report())); i++) {
      launch(job, "--run=monday", "--mode=collect");
      assertThat(i).isLessThan(100);
    }
  }

  private int batches() throws Exception {
    try (BatchProvider provider = providers().open()) {
      return provider.list(null, 100).batches().size();
    }
  }

  private void launch(Job job, String... args) throws Exception {
    FlexTemplate.pipeline(job, options(args), providers()).run().waitUntilFinish();
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

  private TemplateOptions options(String... args) {
    return PipelineOptionsFactory.fromArgs(
            Stream.concat(Stream.of("--staging=" + folder.resolve("staging")), Stream.of(args))
                .toArray(String[]::new))
        .as(TemplateOptions.class);
  }

  private RunFolder folderOf(String run) {
    return RunFolder.of(folder.resolve("staging").toString(), "reviews", run);
  }

  private ProviderFactory providers() {
    return new LocalProviders(server.baseUrl().toString());
  }

  private Job job(String... overrides) throws Exception {
    return JobReader.parse(
        "job.yaml",
        HostedJobTest.YAML,
        Stream.concat(
                Stream.of(
                    "source.path=" + folder.resolve("in.jsonl"),
                    "sink.path=" + folder.resolve("out/answers")),
                Stream.of(overrides))
            .toList());
  }
}
