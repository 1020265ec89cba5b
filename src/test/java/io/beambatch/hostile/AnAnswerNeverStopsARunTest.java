package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model's answers are made to overflow, to recurse, or to take for ever where they are checked
 * against the schema of the job. Each is its own document's failure, and no other's.
 */
@Tag("slow")
class AnAnswerNeverStopsARunTest {
  private static final String JOB = "pipelines/sentiment.yaml";
  private static final String SCHEMA =
      """
      {"type": "object", "properties": {
        "step": {"multipleOf": 0.01}, "one": {"enum": [1, 2]}, "this": {"const": 1},
        "letters": {"type": "string", "pattern": "^(a|b)*$"},
        "dozen": {"type": "string", "pattern": "^(.*a){12}$"},
        "next": {"$ref": "#"},
        "either": {"oneOf": [{"$ref": "#"}, {"$ref": "#"}]}}}
      """;
  private static final List<String> FITTING =
      List.of(
          "{\"step\": 19.99, \"one\": 2, \"this\": 1.0}",
          "{\"letters\": \"" + "ab".repeat(50_000) + "\", \"dozen\": \"" + "ca".repeat(12) + "\"}",
          "{\"next\": ".repeat(90) + "{}" + "}".repeat(90));
  private static final List<String> HOSTILE =
      List.of(
          "{\"step\": 1e400}",
          "{\"one\": 1e400}",
          "{\"this\": 1e400}",
          "{\"step\": 1e999999999}",
          "{\"step\": -1E-999999999}",
          "{\"step\": " + "9".repeat(100_000) + "}",
          "{\"letters\": \"" + "ab".repeat(50_000) + "c\"}",
          "{\"dozen\": \"" + "a".repeat(50_000) + "b\"}",
          "{\"next\": ".repeat(5_000) + "{}" + "}".repeat(5_000),
          "{\"either\": ".repeat(60) + "{}" + "}".repeat(60),
          "[".repeat(100_000),
          "{\"step\": \"\\ud800\"",
          "");

  @TempDir Path folder;

  @Test
  void itIsItsOwnDocumentsInvalidAnswer() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path schema = workplace.write("schema.json", SCHEMA);
    int documents = FITTING.size() + HOSTILE.size();
    Path source =
        workplace.write(
            "reviews.jsonl",
            IntStream.range(0, documents)
                .mapToObj(i -> "{\"id\": " + i + ", \"text\": \"good " + i + "\"}\n")
                .collect(Collectors.joining()));
    try (HostileProvider provider = HostileProvider.start(folder)) {
      provider.lies(
          HostileProvider.DOWNLOAD, call -> HostileProvider.json(200, answeredBy(call.truth())));
      try (Program run =
          provider.start(
              folder.resolve("run"),
              workplace.command(
                  "run",
                  JOB,
                  "--set",
                  "source.path=" + source,
                  "--set",
                  "result.schema=" + schema,
                  "--set",
                  "retry.attempts=1",
                  "--set",
                  "poll.interval=100ms"))) {
        assertThat(run.end()).as("%s", run).isZero();
        assertThat(run.err()).doesNotContain("\tat ");
      }
    }
    assertThat(workplace.answered()).hasSize(FITTING.size());
    assertThat(workplace.failed())
        .hasSize(HOSTILE.size())
        .extracting(document -> document.at("/_failure/reason").asText())
        .containsOnly("invalid_answer");
  }

  /** The answers of the lists, one a line, in place of those of a result file. */
  private static String answeredBy(String results) {
    Iterator<String> answers =
        IntStream.range(0, FITTING.size() + HOSTILE.size())
            .mapToObj(i -> i < FITTING.size() ? FITTING.get(i) : HOSTILE.get(i - FITTING.size()))
            .iterator();
    return Pattern.compile("\"content\":\"(?:[^\"\\\\]|\\\\.)*\"")
        .matcher(results)
        .replaceAll(
            found -> {
              JsonNode text = Workplace.JSON.getNodeFactory().textNode(answers.next());
              return Matcher.quoteReplacement("\"content\":" + text);
            });
  }

  @Test
  void aSchemaThatTheJoinWouldRefuseIsRefusedBeforeAnythingIsSent() {
    for (String schema :
        List.of(
            "{\"$ref\": \"#\"}",
            "{\"pattern\": \"(?=a)b\"}",
            "{\"pattern\": \"((a{1000}){1000}){1000}\"}",
            "{\"$ref\": \"http://127.0.0.1:1/schema.json\"}",
            "{\"$ref\": \"file:///etc/passwd\"}",
            "{\"type\": \"strin\"}")) {
      Said said =
          Said.by(new Workplace(folder).command("plan", JOB, "--set", "result.schema=" + schema));

      assertThat(said.exitCode()).as("%s: %s", schema, said).isEqualTo(2);
      assertThat(said.err()).contains("result.schema").doesNotContain("Exception");
    }
  }
}
