package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An account whose credit is used up, as results tell it line by line. */
@Tag("slow")
class NoCreditTest {
  private static final int DOCUMENTS = 30;

  private @TempDir Path folder;
  private Workplace workplace;
  private Path source;

  @BeforeEach
  void write() throws Exception {
    workplace = new Workplace(folder);
    source =
        workplace.write(
            "in.jsonl",
            IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> "{\"id\":\"%d\",\"text\":\"Wonderful! %d\"}\n".formatted(i, i))
                .collect(Collectors.joining()));
  }

  /** With 100 % nothing of the batch is paid, with 10 a third of it. */
  @ParameterizedTest
  @CsvSource({"anthropic, 100%", "anthropic, 10", "openai, 100%", "openrouter, 10"})
  void stopsTheLaunchAndCostsNoDocumentItsAnswer(String provider, String unpaid) throws Exception {
    Said stopped = run(provider, "--fault", "line:no_quota:" + unpaid);

    assertThat(stopped.exitCode()).as("%s", stopped).isEqualTo(1);
    assertThat(stopped.err()).contains("Add credit or raise the limit", "run the same command");
    assertThat(workplace.failed()).isEmpty();

    Said paid = run(provider, "--fault", "create_batch:lost_reply:1");

    assertThat(paid.exitCode()).as("%s", paid).isZero();
    assertThat(workplace.answered()).hasSize(DOCUMENTS);
    assertThat(workplace.failed()).isEmpty();
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults().withDir(workplace.staging().resolve(".local-server")))) {
      assertThat(server.timesAnswered()).hasSize(DOCUMENTS);
      assertThat(server.timesAnswered().values()).containsOnly(1);
    }
  }

  private Said run(String provider, String... more) {
    String[] options = {
      "--set",
      "source.path=" + source,
      "--set",
      "request.provider=" + provider,
      "--set",
      "poll.interval=20ms"
    };
    return workplace.run(
        "pipelines/sentiment.yaml",
        Stream.of(options, more).flatMap(Arrays::stream).toArray(String[]::new));
  }
}
