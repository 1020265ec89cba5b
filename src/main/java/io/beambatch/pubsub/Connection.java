package io.beambatch.pubsub;

import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.FixedCredentialsProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import com.google.auth.Credentials;
import java.net.URI;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.io.gcp.pubsub.PubsubOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/**
 * The address of Pub/Sub and the account to use: from Beam's options, or from {@code
 * PUBSUB_EMULATOR_HOST} as in Google's clients.
 *
 * @param target {@code host:port}
 * @param plain without encryption and credentials, as emulators expect
 */
record Connection(String target, boolean plain, @Nullable Credentials credentials) {
  private static final String EMULATOR = "PUBSUB_EMULATOR_HOST";

  static Connection of(PipelineOptions options) {
    return of(options, System.getenv(EMULATOR));
  }

  /** An address in the options takes precedence over the environment's. */
  static Connection of(PipelineOptions options, @Nullable String emulator) {
    String url = options.as(PubsubOptions.class).getPubsubRootUrl();
    String standard = PipelineOptionsFactory.as(PubsubOptions.class).getPubsubRootUrl();
    if (url.equals(standard) && emulator != null && !emulator.isBlank()) {
      return new Connection(emulator.replaceFirst("^https?://", ""), true, null);
    }
    URI address = URI.create(url);
    if (address.getHost() == null) {
      throw new IllegalArgumentException(
          "--pubsubRootUrl=" + url + ": must be an address such as " + standard);
    }
    boolean plain = "http".equals(address.getScheme());
    int port = address.getPort() >= 0 ? address.getPort() : plain ? 80 : 443;
    return new Connection(
        address.getHost() + ":" + port,
        plain,
        plain ? null : options.as(GcpOptions.class).getGcpCredential());
  }

  TransportChannelProvider channels() {
    InstantiatingGrpcChannelProvider.Builder channels =
        InstantiatingGrpcChannelProvider.newBuilder()
            .setEndpoint(target)
            // A message may have 10 MB, and a reply contains many.
            .setMaxInboundMessageSize(Integer.MAX_VALUE);
    return plain
        ? channels.setChannelConfigurator(channel -> channel.usePlaintext()).build()
        : channels.build();
  }

  CredentialsProvider account() {
    return credentials == null
        ? NoCredentialsProvider.create()
        : FixedCredentialsProvider.create(credentials);
  }

  /** Omits the account. */
  @Override
  public String toString() {
    return "Connection[" + target + "]";
  }
}
