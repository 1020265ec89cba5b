package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.openai.OpenAiProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  private static final String KEY = "projects/p/secrets/openai-key/versions/latest";

  @Test
  void readsASecretOnce() throws IOException {
    try (SecretServer server = SecretServer.start().with(KEY, "sk-1")) {
      Secrets secrets = new Secrets(server::client);

      assertThat(secrets.read(KEY)).isEqualTo("sk-1");
      assertThat(secrets.read(KEY)).isEqualTo("sk-1");
      assertThat(server.calls()).isEqualTo(1);
    }
  }

  @Test
  void saysWhichSecretCantBeReadAndWhatToDo() throws IOException {
    try (SecretServer server = SecretServer.start()) {
      assertThatThrownBy(() -> new Secrets(server::client).read(KEY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("The secret " + KEY + " can't be read (PERMISSION_DENIED)")
          .hasMessageContaining("roles/secretmanager.secretAccessor");
    }
  }

  @Test
  void looksAgainAfterAFailure() throws IOException {
    try (SecretServer server = SecretServer.start()) {
      Secrets secrets = new Secrets(server::client);
      assertThatThrownBy(() -> secrets.read(KEY)).isInstanceOf(IOException.class);

      server.with(KEY, "sk-2");

      assertThat(secrets.read(KEY)).isEqualTo("sk-2");
    }
  }

  @Test
  void asksForARegionalSecretInItsRegion() throws IOException {
    String regional = "projects/p/locations/europe-west1/secrets/openai-key/versions/3";
    try (SecretServer server = SecretServer.start().with(regional, "sk-3").with(KEY, "sk-1")) {
      Secrets secrets = new Secrets(server::client);

      assertThat(secrets.read(regional)).isEqualTo("sk-3");
      assertThat(secrets.read(KEY)).isEqualTo("sk-1");
      assertThat(server.endpoints())
          .containsExactly(
              "secretmanager.europe-west1.rep.googleapis.com:443",
              "secretmanager.googleapis.com:443");
    }
  }

  @Test
  void saysWhatASecretIsNamedLike() {
    assertThatThrownBy(() -> Secrets.checked("openai-key"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'openai-key' is not a version of a secret, such as projects/");
  }

  @Test
  void goesOnWithTheNewKeyWhenTheOldOneIsRefused(@TempDir Path folder) throws Exception {
    LocalServerSettings settings =
        LocalServerSettings.defaults().withDir(folder).withApiKey("sk-new");
    try (SecretServer server = SecretServer.start().with(KEY, "sk-old");
        LocalServer api = LocalServer.start(settings)) {
      Secrets secrets = new Secrets(server::client);
      try (BatchProvider provider = new RenewingProvider(secrets, KEY, key -> connect(api, key))) {
        assertThatThrownBy(() -> provider.list(null, 1))
            .isInstanceOfSatisfying(
                ProviderException.class,
                e -> assertThat(e.kind()).isEqualTo(ProviderException.Kind.UNAUTHORIZED));
        server.with(KEY, "sk-new");

        assertThat(provider.list(null, 1).batches()).isEmpty();
        assertThat(provider.list(null, 1).batches()).isEmpty();
        assertThat(server.calls()).as("read once, and after each refusal").isEqualTo(3);
      }
    }
  }

  private static BatchProvider connect(LocalServer api, String key) {
    try {
      return OpenAiProvider.connect(api.baseUrl().toString(), Map.of("OPENAI_API_KEY", key));
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void refusesAnEmptySecret() throws IOException {
    try (SecretServer server = SecretServer.start().with(KEY, " \n")) {
      assertThatThrownBy(() -> new Secrets(server::client).read(KEY))
          .hasMessageContaining("The secret " + KEY + " is empty");
    }
  }
}
