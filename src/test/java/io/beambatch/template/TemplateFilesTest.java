package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.dataflow.model.ContainerSpec;
import com.google.api.services.dataflow.model.ParameterMetadataEnumOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class TemplateFilesTest {
  private static final Path PROJECT = Path.of("");

  @Test
  void areInTheProjectAsTheOptionsMakeThem() throws Exception {
    for (Map.Entry<Path, String> file : TemplateFiles.all(PROJECT).entrySet()) {
      assertThat(Files.readString(file.getKey()))
          .as(
              "%s; if TemplateOptions has changed, run io.beambatch.template.TemplateFiles",
              file.getKey())
          .isEqualTo(file.getValue());
    }
  }

  @Test
  void describeEveryParameter() {
    assertThat(TemplateFiles.names())
        .containsExactly("jobFile", "staging", "apiKeySecret", "mode", "run", "root", "overrides");
  }

  @Test
  void describeJobsThatEndAndStreamsInTheWordsOfTheService() throws Exception {
    ContainerSpec batch = parse(TemplateFiles.CONTAINER_SPEC);
    ContainerSpec stream = parse(TemplateFiles.STREAM_SPEC);

    assertThat(batch.getMetadata().getStreaming()).isFalse();
    assertThat(stream.getMetadata().getStreaming()).isTrue();
    assertThat(stream.getMetadata().getDefaultStreamingMode()).isEqualTo("EXACTLY_ONCE");
    assertThat(stream.getDefaultEnvironment().getEnableStreamingEngine()).isTrue();
    assertThat(modes(batch)).containsExactly("run", "submit", "collect", "cancel");
    assertThat(modes(stream)).containsExactly("run", "cancel");
  }

  private static List<String> modes(ContainerSpec spec) {
    return spec.getMetadata().getParameters().stream()
        .filter(parameter -> parameter.getName().equals("mode"))
        .flatMap(parameter -> parameter.getEnumOptions().stream())
        .map(ParameterMetadataEnumOption::getValue)
        .toList();
  }

  /** By Google's own client, which has no place for fields that the service doesn't know. */
  private static ContainerSpec parse(Path file) throws Exception {
    ContainerSpec spec =
        GsonFactory.getDefaultInstance().fromString(Files.readString(file), ContainerSpec.class);
    assertThat(spec.getUnknownKeys()).isEmpty();
    assertThat(spec.getMetadata().getUnknownKeys()).isEmpty();
    return spec;
  }

  @Test
  void giveExamplesThatTheServiceWouldTake() throws Exception {
    for (ParameterSpec spec : ParameterSpec.all()) {
      if (spec.regex() != null) {
        assertThat(spec.example()).matches(Pattern.compile(spec.regex()));
      }
      if (!spec.choices().isEmpty()) {
        assertThat(spec.choices()).contains(spec.example(), spec.usual());
      }
    }
  }

  @Test
  void askForTheKeyByTheNameOfASecretOnly() throws Exception {
    JsonNode metadata = JsonMapper.builder().build().readTree(TemplateFiles.METADATA.toFile());
    JsonNode key =
        StreamSupport.stream(metadata.path("parameters").spliterator(), false)
            .filter(parameter -> parameter.path("name").asText().equals("apiKeySecret"))
            .findFirst()
            .orElseThrow();
    assertThat("sk-proj-abc").doesNotMatch(key.path("regexes").get(0).asText());
  }
}
