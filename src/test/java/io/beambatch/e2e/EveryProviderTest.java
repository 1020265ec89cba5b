package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.job.RequestSpec;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every endpoint of every provider has a job that is shipped, or that is one by an option or two,
 * and the local server answers it; though the reply to the first creation gets lost.
 */
@Tag("slow")
class EveryProviderTest {
  private @TempDir Path folder;

  static Stream<Arguments> endpoints() {
    return Arrays.stream(RequestSpec.Provider.values())
        .flatMap(
            provider ->
                provider.api().endpoints().stream()
                    .map(endpoint -> Arguments.of(provider.word(), endpoint.path())));
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void answersAShippedJobLocally(String provider, String endpoint) throws Exception {
    Workplace workplace = new Workplace(folder);

    Said said = workplace.run(pipeline(endpoint), options(provider, endpoint));

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(workplace.report(said).path("documents").asInt())
        .isEqualTo(workplace.answered().size())
        .isGreaterThanOrEqualTo(20);
    assertThat(workplace.failed()).isEmpty();
    assertThat(workplace.report(said).path("batches").asInt()).isEqualTo(1);
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults().withDir(workplace.staging().resolve(".local-server")))) {
      assertThat(server.timesAnswered()).hasSameSizeAs(workplace.answered());
      assertThat(server.timesAnswered().values()).containsOnly(1);
    }
  }

  private static String pipeline(String endpoint) {
    return switch (endpoint) {
      case "embedContent" -> "pipelines/embeddings-gemini.yaml";
      case "/v1/embeddings" -> "pipelines/embeddings.yaml";
      case "/v1/moderations" -> "pipelines/moderation.yaml";
      default -> "pipelines/sentiment.yaml";
    };
  }

  private static String[] options(String provider, String endpoint) {
    return new String[] {
      "--set",
      "request.provider=" + provider,
      "--set",
      "request.endpoint=" + endpoint,
      "--set",
      "poll.interval=20ms",
      "--fault",
      "create_batch:lost_reply:1"
    };
  }
}
