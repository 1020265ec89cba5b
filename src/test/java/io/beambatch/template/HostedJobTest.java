package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostedJobTest {
  static final String YAML =
      """
      name: reviews
      source: {type: jsonl, path: in.jsonl}
      request:
        endpoint: /v1/chat/completions
        model: gpt-4o-mini
        body: {messages: [{role: user, content: "{{text}}"}]}
      sink: {type: jsonl, path: out}
      poll: {interval: 100ms}
      """;

  @TempDir Path folder;
  private String file;

  @BeforeEach
  void aJobFileIsThere() throws IOException {
    file = Files.writeString(folder.resolve("job.yaml"), YAML).toString();
  }

  @Test
  void readsTheJobFileWithItsOverridesUnderARoot() throws Exception {
    Job job =
        HostedJob.read(
            options(
                "--jobFile=" + file,
                "--staging=gs://b/runs",
                "--root=gs://b/data/",
                "--overrides=request.model=gpt-4o;source.path=[in/*.jsonl, 'gs://c/more.jsonl']"));

    assertThat(job.inference().request().model()).isEqualTo("gpt-4o");
    assertThat(job.source().paths()).containsExactly("gs://b/data/in/*.jsonl", "gs://c/more.jsonl");
    assertThat(job.answers().path()).contains("gs://b/data/out");
    assertThat(job.failures().path()).contains("gs://b/data/out-failed");
  }

  @Test
  void namesAllThatWorkersCouldNotSee() throws Exception {
    assertThatThrownBy(
            () ->
                HostedJob.read(
                    options(
                        "--jobFile=" + file,
                        "--staging=runs",
                        "--elementProcessingTimeoutMinutes=60")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("source.path is in.jsonl, a path on this machine")
        .hasMessageContaining("sink.path is out, a path on this machine")
        .hasMessageContaining("failures.path is out-failed, a path on this machine")
        .hasMessageContaining("the parameter staging is runs, a path on this machine")
        .hasMessageContaining("elementProcessingTimeoutMinutes is 60");
  }

  @Test
  void saysWhichParameterIsMissing() {
    assertThatThrownBy(
            () ->
                PipelineOptionsFactory.fromArgs("--jobFile=gs://b/job.yaml", "--apiKeySecret=s")
                    .withValidation()
                    .as(TemplateOptions.class))
        .hasMessageContaining("[--staging, ");
  }

  @Test
  void splitsOverridesAtSingleSemicolons() {
    assertThat(HostedJob.overrides(" a=1 ;b.c=x;;y;")).containsExactly("a=1", "b.c=x;y");
    assertThat(HostedJob.overrides("")).isEmpty();
    assertThat(HostedJob.overrides(null)).isEmpty();
  }

  @Test
  void takesModesAsTheyAreWritten() {
    assertThat(options("--mode=collect").getMode()).isEqualTo(TemplateOptions.Mode.COLLECT);
    assertThat(options().getMode()).isEqualTo(TemplateOptions.Mode.RUN);
  }

  private static TemplateOptions options(String... args) {
    return PipelineOptionsFactory.fromArgs(args).as(TemplateOptions.class);
  }
}
