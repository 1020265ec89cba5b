package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.openai.ProviderFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A provider, a job file or the name of a file has characters in it that clear a screen, turn a
 * line round, or write one that this program never wrote. None of them reaches the terminal.
 */
class NothingFromOutsideSteersTheTerminalTest extends ProviderFixture {
  private static final String ESCAPES = "\u001b[2J\u009b2J\u202e\u2028\r\nerror: all is well";
  private static final String STEERING = "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n\t]]";

  @TempDir Path folder;

  static List<MockResponse> escapes() {
    return List.of(
        json(
            400,
            "{\"error\":{\"message\":\"\\u001b[2J\\u009b2J\\u202e\\u2028\\r\\nerror: all is well\","
                + "\"code\":\"\\u001b[31m\",\"param\":\"\\u001b[2J\\u202e\"}}"),
        json(400, ESCAPES),
        json(400, "<html><title>" + ESCAPES + "</title>"),
        reply(400, new Buffer())
            .addHeaderLenient("x-request-id", "r\u001b[2J")
            .addHeaderLenient("Location", "http://a\u001b[2J/")
            .build(),
        new MockResponse.Builder().status("HTTP/1.1 abc \u001b[2J\u009b2J " + KEY).build(),
        new MockResponse.Builder().status("\u001b[2J" + KEY).build());
  }

  @ParameterizedTest
  @MethodSource("escapes")
  void ofAReply(MockResponse reply) {
    then(reply);

    ProviderException failure = failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).get("b"));

    for (Throwable shown = failure; shown != null; shown = shown.getCause()) {
      assertThat(shown.toString())
          .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}]")
          .doesNotContain(KEY);
    }
    assertThat(String.valueOf(failure.code())).doesNotContainPattern("\\p{Cc}");
    assertThat(String.valueOf(failure.requestId())).doesNotContainPattern("\\p{Cc}");
  }

  @Test
  void ofAJobFile() throws Exception {
    Workplace workplace = new Workplace(folder);
    for (String set :
        List.of(
            "\"k\u001b[2J\u009b2J\"=1",
            "request.\"\u202ekey\"=1",
            "sink.type=\u001b[31mjsonl",
            "source.type=\"\\e[2J\\u202e\"",
            "source.path=" + folder + "/\u001b[2J\u202e.jsonl",
            "source.path=" + folder + "/\u001b{2J\u202e.jsonl",
            "source.path=\"" + folder + "/\\e\\0.jsonl\"",
            "sink.path=\"" + folder + "/\\e\\0\"",
            "failures.path=\"" + folder + "/\\e\\0\"",
            "result.schema=\"" + folder + "/\\e\\0.json\"",
            "request.base_url=https://\u001b[2J.test/v1")) {
      Said said = Said.by(workplace.command("plan", "pipelines/sentiment.yaml", "--set", set));

      assertThat(said.exitCode()).as("%s: %s", set, said).isEqualTo(2);
      assertThat(said.out() + said.err())
          .doesNotContainPattern(STEERING)
          .doesNotContain("Exception");
    }
    Path job = workplace.write("job.yaml", "name: a\n\"\\e[2J\\u202e\": 1\n? \"\\x9b2J\"\n: 2\n");
    Said said = Said.by("plan", job.toString());

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("there is no such key").doesNotContainPattern(STEERING);
  }

  @Test
  @Tag("slow")
  void ofAnythingThatAProviderSaysToACommand() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> run =
        workplace.command(
            "run", "pipelines/sentiment.yaml", "--verbose", "--set", "retry.attempts=1");
    try (HostileProvider hostile = HostileProvider.start(folder)) {
      hostile.lies(HostileProvider.CREATE, call -> escapes().get(0));
      shown(hostile, "refused", run, 1);

      hostile.repents();
      hostile.lies(
          HostileProvider.DOWNLOAD,
          call ->
              HostileProvider.json(
                  200,
                  call.truth()
                      .replaceAll(
                          "\"status_code\":200,\"request_id\":\"[^\"]*\",\"body\":",
                          "\"status_code\":400,\"request_id\":\"\\\\u001b[2J\",\"body\":"
                              + "{\"error\":{\"message\":\"\\\\u001b[2J\\\\u202e"
                              + HostileProvider.KEY
                              + "\",\"code\":\"\\\\u009b2J\"}},\"was\":")));
      shown(hostile, "failed", run, 3);
    }
    assertThat(workplace.failed())
        .hasSize(40)
        .allSatisfy(
            document ->
                assertThat(document.at("/_failure/message").asText())
                    .doesNotContainPattern(STEERING)
                    .doesNotContain(HostileProvider.KEY));
  }

  private void shown(HostileProvider hostile, String name, List<String> run, int exitCode)
      throws Exception {
    try (Program launch = hostile.start(folder.resolve(name), run)) {
      assertThat(launch.end()).as("%s", launch).isEqualTo(exitCode);
      assertThat(launch.out() + launch.err())
          .doesNotContainPattern(STEERING)
          .doesNotContain(HostileProvider.KEY);
    }
  }
}
