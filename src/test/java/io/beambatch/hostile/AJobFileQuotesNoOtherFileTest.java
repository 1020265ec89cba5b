package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file of somebody else is named as a job file, or by one. What is wrong with it is said by name
 * and place, and none of its contents.
 */
class AJobFileQuotesNoOtherFileTest {
  private static final String JOB = "pipelines/sentiment.yaml";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root:x:0:0:sk-secret\nbin:x:1:sk-secret\n",
        "OPENAI_API_KEY=sk-secret\n",
        "secret: 1\nsk-secret: !sk-secret 2\n",
        "- sk-secret\n",
        "{\"private_key\": \"sk-secret\"}",
        "-----BEGIN PRIVATE KEY-----\nsk-secret\n",
        "\u0000\u0001sk-secret",
        "a: &sk-secret [*sk-secret, *sk-secret]"
      })
  void thatIsTakenForAJob(String content) throws Exception {
    Path file = new Workplace(folder).write("passwords", content);

    Said said = Said.by("plan", file.toString());

    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.out() + said.err()).contains(file.toString()).doesNotContain("sk-secret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"sk-secret\",\"key\":\"sk-secret\"} | secret.json holds no JSON schema",
        "{\"a\": sk-secret} | secret.json, line 1, column 9 isn't valid JSON",
        "{\"sk-secret\":1,\"sk-secret\":2} | secret.json, line 1, column 27 isn't valid JSON",
        "OPENAI_API_KEY=sk-secret | isn't valid JSON",
        "[\"sk-secret\"] | must be a JSON object"
      })
  void thatIsTakenForASchema(String content, String problem) throws Exception {
    Path file = new Workplace(folder).write("secret.json", content);

    Said said = plan("result.schema=" + file);

    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.out() + said.err()).contains(problem).doesNotContain("sk-secret");
  }

  @Test
  void thatIsTakenForASource() throws Exception {
    Path file = new Workplace(folder).write("passwords", "root:x:0:sk-secret\n".repeat(10));

    Said said = plan("source.path=" + file);

    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.out() + said.err()).contains(file.toString()).doesNotContain("sk-secret");
  }

  @Test
  void andListsFiftyErrorsAtMost() throws Exception {
    StringBuilder yaml = new StringBuilder("name: a\n");
    for (int i = 0; i < 1_000; i++) {
      yaml.append("key").append(i).append(": 1\n");
    }
    Path file = new Workplace(folder).write("job.yaml", yaml.toString());

    Said said = Said.by("plan", file.toString());

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err().lines().filter(line -> line.startsWith("  * "))).hasSize(50);
    assertThat(said.err())
        .containsPattern("job.yaml has 100[0-9] errors:\n")
        .containsPattern("and 95[0-9] more\n");
  }

  private Said plan(String set) {
    return Said.by(new Workplace(folder).command("plan", JOB, "--set", set));
  }
}
