package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.cli.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The build script's dry run, with the packaged program. */
@Tag("slow")
class BuildScriptTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Path OUT = Path.of("target/templates");

  @Test
  void buildsTheFlexTemplateUpToWhatNeedsTheCloud() throws Exception {
    String said =
        script(
            "--image",
            "example.com/launcher:1",
            "--with",
            "docker",
            "--allowed-hosts",
            "api.openai.com, *.openai.azure.com:443",
            "--base",
            "example.com/base@sha256:" + "a".repeat(64));

    assertThat(said)
        .contains("would run: docker build --platform linux/amd64 --tag example.com/launcher:1")
        .contains("would run: docker push example.com/launcher:1")
        .contains(
            "would run: gcloud storage cp target/templates/batch-inference.json"
                + " gs://a-bucket/templates/batch-inference.json");
    assertThat(OUT.resolve("image/Dockerfile"))
        .content()
        .contains("FROM example.com/base@sha256:" + "a".repeat(64) + "\n")
        .contains("ENV BEAMBATCH_ALLOWED_HOSTS=\"api.openai.com, *.openai.azure.com:443\"\n");
    assertThat(OUT.resolve("image"))
        .isDirectoryContaining(file -> file.getFileName().toString().endsWith(".jar"))
        .isDirectoryContaining("glob:**/Dockerfile");
    for (String name : List.of("batch-inference", "batch-inference-stream")) {
      JsonNode spec = MAPPER.readTree(OUT.resolve(name + ".json").toFile());
      assertThat(spec.path("image").asText()).isEqualTo("example.com/launcher:1");
      assertThat(spec.at("/metadata/parameters")).hasSize(ParameterSpec.all().size());
    }
  }

  @Test
  void createsTheRepositoryOfTheImageInItsRegion() throws Exception {
    assertThat(script())
        .contains(
            "would run: gcloud artifacts repositories create beam-batch-inference --project"
                + " a-project --location europe-west1 --repository-format=docker");
  }

  @Test
  void refusesHostsThatWouldBeAnythingElseInTheImage() throws Exception {
    assertThat(run("--allowed-hosts", "a\"\nENV X=\"b").exitCode()).isEqualTo(2);
    assertThat(run("--allowed-hosts", "a|b").said()).contains("--allowed-hosts");
  }

  private static String script(String... args) throws IOException, InterruptedException {
    Ended ended = run(args);
    assertThat(ended.exitCode()).as(ended.said()).isZero();
    return ended.said();
  }

  private record Ended(int exitCode, String said) {}

  private static Ended run(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", "templates/dataflow/build.sh"));
    command.addAll(List.of(args));
    command.addAll(
        List.of(
            "--project",
            "a-project",
            "--region",
            "europe-west1",
            "--bucket",
            "gs://a-bucket",
            "--dry-run",
            "--jar",
            Program.JAR.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }
}
