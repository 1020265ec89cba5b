package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

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
  void refusesAnEmptySecret() throws IOException {
    try (SecretServer server = SecretServer.start().with(KEY, " \n")) {
      assertThatThrownBy(() -> new Secrets(server::client).read(KEY))
          .hasMessageContaining("The secret " + KEY + " is empty");
    }
  }
}
