package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.provider.ProviderSettingsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiSettingsTest {
  private static final String KEY = "sk-secret-of-a-test";

  @Test
  void jobsBaseUrlGoesBeforeTheEnvironmentsAndThatBeforeOpenAis() throws Exception {
    Map<String, String> environment =
        Map.of("OPENAI_API_KEY", KEY, "OPENAI_BASE_URL", "https://env.example/v1");

    assertThat(OpenAiSettings.from("https://job.example/v1", environment).baseUrl())
        .hasToString("https://job.example/v1");
    assertThat(OpenAiSettings.from(null, environment).baseUrl())
        .hasToString("https://env.example/v1");
    assertThat(OpenAiSettings.from(" ", Map.of("OPENAI_API_KEY", KEY)).baseUrl())
        .hasToString("https://api.openai.com/v1");
  }

  @Test
  void keyOrganizationAndProjectComeFromTheEnvironment() throws Exception {
    OpenAiSettings settings =
        OpenAiSettings.from(
            null,
            Map.of(
                "OPENAI_API_KEY", KEY + "\n", "OPENAI_ORG_ID", "org-1", "OPENAI_PROJECT_ID", ""));

    assertThat(settings.key()).isEqualTo(KEY);
    assertThat(settings.organization()).isEqualTo("org-1");
    assertThat(settings.project()).isNull();
  }

  @Test
  void missingKeyNamesTheVariableToSet() {
    for (Map<String, String> environment :
        List.<Map<String, String>>of(Map.of(), Map.of("OPENAI_API_KEY", " "))) {
      assertThatThrownBy(() -> OpenAiProvider.connect(null, environment))
          .isInstanceOf(ProviderSettingsException.class)
          .hasMessageContaining("OPENAI_API_KEY");
    }
  }

  @Test
  void keyThatNoHeaderCanCarryIsNamedButNotShown() {
    assertThatThrownBy(
            () -> OpenAiSettings.from(null, Map.of("OPENAI_API_KEY", "sk-first\nsk-second")))
        .isInstanceOf(ProviderSettingsException.class)
        .hasMessageContaining("OPENAI_API_KEY")
        .hasMessageNotContaining("first");
  }

  @Test
  void slashesAtTheEndAreDropped() throws Exception {
    assertThat(from("https://api.example/v1//").baseUrl()).hasToString("https://api.example/v1");
  }

  @ParameterizedTest
  @CsvSource({
    "api.example.com/v1, has no scheme, write https://api.example.com/v1",
    "localhost:8080, has no scheme, write https://localhost:8080",
    "ftp://api.example/v1, neither http nor https, ftp://api.example/v1",
    "https:///v1, has no valid host, https:///v1",
    "https://api_host/v1, has no valid host, api_host",
    "https://api.example/v1?key=1, has a query other than ?api-version=, request.base_url",
    "http://api.example/v1, could read the key, BEAMBATCH_ALLOW_HTTP",
    "http://10.0.0.5:8000/v1, could read the key, use https",
    "https://a b/v1, is not a URL, a b",
  })
  void baseUrlThatCannotBeCalledSaysWhy(String baseUrl, String reason, String hint) {
    assertThatThrownBy(() -> from(baseUrl))
        .isInstanceOf(ProviderSettingsException.class)
        .hasMessageContaining("request.base_url")
        .hasMessageContaining(reason)
        .hasMessageContaining(hint);
  }

  @Test
  void badBaseUrlOfTheEnvironmentIsNamedAsSuch() {
    Map<String, String> environment = new HashMap<>();
    environment.put("OPENAI_API_KEY", KEY);
    environment.put("OPENAI_BASE_URL", "nonsense");

    assertThatThrownBy(() -> OpenAiSettings.from(null, environment))
        .hasMessageContaining("OPENAI_BASE_URL");
  }

  @Test
  void azureIsKnownByItsHost() throws Exception {
    assertThat(from("https://res.openai.azure.com/openai/v1").azure()).isTrue();
    assertThat(from("https://openai.azure.com.example/v1").azure()).isFalse();
  }

  @Test
  void keyIsNeverPartOfTheText() throws Exception {
    assertThat(from("https://api.example/v1").toString()).doesNotContain(KEY);
    assertThat(OpenAiProvider.connect(null, Map.of("OPENAI_API_KEY", KEY)).toString())
        .doesNotContain(KEY);
  }

  private static OpenAiSettings from(String baseUrl) throws ProviderSettingsException {
    return OpenAiSettings.from(baseUrl, Map.of("OPENAI_API_KEY", KEY));
  }
}
