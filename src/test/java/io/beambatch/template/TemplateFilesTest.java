package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
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
