package io.beambatch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.job.JobReader;
import io.beambatch.provider.ProviderSettingsException;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

/** Which hosts a launch may call whose key a secret holds. */
class SecretProvidersTest {
  private static final Map<String, String> IMAGE =
      Map.of(
          "BEAMBATCH_ALLOWED_HOSTS", "api.openai.com, *.test", "OPENAI_API_KEY", "sk-of-the-image");

  @Test
  void hostsArePinnedByTheEnvironmentOfTheLaunchWhateverTheJobFileSays() throws Exception {
    for (String allowed : List.of("", "https://api.openai.com/v1", "https://gate.test/v1")) {
      assertThat(providers(allowed)).isNotNull();
    }
    for (String other : List.of("https://evil.example/v1", "https://api.openai.com.evil.example")) {
      assertThatThrownBy(() -> providers(other))
          .isInstanceOf(ProviderSettingsException.class)
          .hasMessageContaining("BEAMBATCH_ALLOWED_HOSTS")
          .hasMessageContaining("nothing was sent");
    }
    assertThatThrownBy(() -> providers("http://gate.test/v1"))
        .hasMessageContaining("begins with http://");
  }

  @Test
  void thePinsTravelToTheWorkersAndNothingElseOfTheEnvironmentDoes() throws Exception {
    String travels =
        new String(
            SerializableUtils.serializeToByteArray(providers("https://gate.test/v1")), ISO_8859_1);

    assertThat(travels)
        .contains("BEAMBATCH_ALLOWED_HOSTS", "api.openai.com, *.test")
        .doesNotContain("sk-of-the-image");
  }

  private static SecretProviders providers(String baseUrl) throws Exception {
    return SecretProviders.of(
            JobReader.read("pipelines/sentiment.yaml", List.of("request.base_url=" + baseUrl))
                .inference(),
            "projects/p/secrets/s/versions/1")
        .keepingTo(IMAGE);
  }
}
