package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.util.common.ReflectHelpers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph that was built before its run was named, on the direct runner. */
@Tag("slow")
class ClassicTemplateTest {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .registerModules(ObjectMapper.findModules(ReflectHelpers.findClassLoader()));

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
  void answersTheRunThatIsNamedWhenItIsLaunched() throws Exception {
    launch(built(), "monday");
    launch(built(), "tuesday");

    for (String run : List.of("monday", "tuesday")) {
      assertThat(report(run)).returns(2L, Report::documents).returns(1L, Report::answered);
    }
    assertThat(folder.resolve("out/answers-monday-a1-c00000.jsonl")).exists();
    assertThat(folder.resolve("out/answers-tuesday-a1-c00000.jsonl")).exists();
  }

  @Test
  void findsARunThatIsFinishedAndReadsNothing() throws Exception {
    launch(built(), "monday");
    Report first = report("monday");
    Files.delete(folder.resolve("in.jsonl"));

    launch(built(), "monday");

    assertThat(report("monday")).isEqualTo(first);
  }

  @Test
  void submitsAndCollects() throws Exception {
    launch(built("--mode=submit"), "monday");
    int launches = 0;
    while (!Files.exists(Path.of(folderOf("monday").report()))) {
      launch(built("--mode=collect"), "monday");
      assertThat(++launches).isLessThan(100);
    }
    assertThat(report("monday").documents()).isEqualTo(2);
  }

  @Test
  void collectsNothingThatWasNotSubmitted() {
    assertThatThrownBy(() -> launch(built("--mode=collect"), "monday"))
        .hasStackTraceContaining("has no run monday");
  }

  @Test
  void saysWhichParameterIsMissing() {
    assertThatThrownBy(() -> launch(built(), null))
        .hasStackTraceContaining("The parameter run is missing");
  }

  /** A graph that knows neither staging location nor run. */
  private Pipeline built(String... args) throws Exception {
    TemplateOptions options = PipelineOptionsFactory.fromArgs(args).as(TemplateOptions.class);
    Job job =
        JobReader.parse(
            "job.yaml",
            HostedJobTest.YAML,
            List.of(
                "source.path=" + folder.resolve("in.jsonl"),
                "sink.path=" + folder.resolve("out/answers")));
    return ClassicTemplate.pipeline(job, options, new LocalProviders(server.baseUrl().toString()));
  }

  /** Gives the parameters as a worker gets them, in the options of the job, and runs the graph. */
  private void launch(Pipeline pipeline, String run) throws Exception {
    PipelineOptions options = pipeline.getOptions();
    ObjectNode json = (ObjectNode) MAPPER.readTree(MAPPER.writeValueAsString(options));
    ObjectNode values = (ObjectNode) json.path("options");
    values.put("staging", folder.resolve("staging").toString());
    if (run != null) {
      values.put("run", run);
    }
    pipeline.run(MAPPER.treeToValue(json, PipelineOptions.class)).waitUntilFinish();
  }

  private RunFolder folderOf(String run) {
    return RunFolder.of(folder.resolve("staging").toString(), "reviews", run);
  }

  private Report report(String run) throws Exception {
    return Report.of(folderOf(run));
  }
}
