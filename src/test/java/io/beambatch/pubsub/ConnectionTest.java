package io.beambatch.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class ConnectionTest {

  @Test
  void goesToGoogleUnlessItIsToldOtherwise() {
    Connection connection = Connection.of(options(), null);
    assertThat(connection.target()).isEqualTo("pubsub.googleapis.com:443");
    assertThat(connection.plain()).isFalse();
    assertThat(Connection.of(options(), " ")).isEqualTo(connection);
  }

  @Test
  void goesToTheEmulatorThatTheEnvironmentNames() {
    assertThat(Connection.of(options(), "localhost:8085"))
        .isEqualTo(new Connection("localhost:8085", true, null));
    assertThat(Connection.of(options(), "http://localhost:8085"))
        .isEqualTo(new Connection("localhost:8085", true, null));
  }

  @Test
  void takesAnOptionBeforeTheEnvironment() {
    assertThat(Connection.of(options("--pubsubRootUrl=http://127.0.0.1:99"), "localhost:8085"))
        .isEqualTo(new Connection("127.0.0.1:99", true, null));
    assertThat(
            Connection.of(
                options("--pubsubRootUrl=https://europe-west1-pubsub.googleapis.com"),
                "localhost:8085"))
        .extracting(Connection::target, Connection::plain)
        .containsExactly("europe-west1-pubsub.googleapis.com:443", false);
  }

  @Test
  void saysWhatAnAddressIs() {
    assertThatThrownBy(() -> Connection.of(options("--pubsubRootUrl=localhost:8085"), null))
        .hasMessageContaining(
            "--pubsubRootUrl=localhost:8085: must be an address such as https://");
  }

  private static PipelineOptions options(String... more) {
    String[] args = new String[more.length + 1];
    System.arraycopy(more, 0, args, 1, more.length);
    args[0] = "--credentialFactoryClass=" + NoopCredentialFactory.class.getName();
    return PipelineOptionsFactory.fromArgs(args).create();
  }
}
