package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job of Gemini's, from the command to the files. */
class GeminiRunTest {
  private static final int DOCUMENTS = 30;

  private @TempDir Path folder;
  private Workplace workplace;
  private String job;

  @BeforeEach
  void write() throws Exception {
    workplace = new Workplace(folder);
    workplace.write(
        "in.jsonl",
        IntStream.range(0, DOCUMENTS)
            .mapToObj(
                i -> "{\"id\":\"%d\",\"text\":\"Wonderful, I love it! %d\"}\n".formatted(i, i))
            .collect(Collectors.joining()));
    job =
        workplace
            .write(
                "job.yaml",
                """
                name: sentiment
                source: {type: jsonl, path: %s, id: id}
                request:
                  provider: gemini
                  endpoint: generateContent
                  model: gemini-2.5-flash
                  body:
                    systemInstruction:
                      parts: [{text: "Answer with one of: positive, negative, neutral."}]
                    contents: [{role: user, parts: [{text: "{{text}}"}]}]
                    generationConfig: {maxOutputTokens: 100, thinkingConfig: {thinkingBudget: 3}}
                result: {field: sentiment}
                sink: {type: jsonl, path: out}
                limits: {requests: 10}
                poll: {interval: 10ms, grace: 1s}
                """
                    .formatted(folder.resolve("in.jsonl")))
            .toString();
  }

  @Test
  @Tag("slow")
  void everyDocumentIsAnsweredOnceThoughRepliesAreLostAndUploadsBreak() throws Exception {
    Said said =
        workplace.run(
            job,
            "--fault",
            "create_batch:lost_reply:1",
            "--fault",
            "upload_file:truncate:2",
            "--fault",
            "batch:null_output:1",
            "--fault",
            "line:error_500:1");

    assertThat(said.exitCode()).as(said.toString()).isZero();
    // The first line of every batch fails, and so one document in each of its three attempts.
    assertThat(workplace.failed())
        .singleElement()
        .satisfies(
            document ->
                assertThat(document.at("/_failure/reason").asText()).isEqualTo("api_error"));
    assertThat(workplace.answered())
        .hasSize(DOCUMENTS - 1)
        .allSatisfy(
            document -> {
              assertThat(document.path("sentiment").asText()).isEqualTo("positive");
              assertThat(document.at("/_batch/model").asText())
                  .isEqualTo("gemini-2.5-flash-simulated");
              assertThat(document.at("/_batch/reasoning_tokens").asInt()).isEqualTo(3);
              assertThat(document.at("/_batch/completion_tokens").asInt()).isEqualTo(5);
            });
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults().withDir(workplace.staging().resolve(".local-server")))) {
      assertThat(server.timesAnswered()).hasSize(DOCUMENTS - 1);
      assertThat(server.timesAnswered().values()).containsOnly(1);
    }
  }

  @Test
  void saysUntilWhenResultsHaveToBeCollected() {
    Said submitted = Said.by(withLocal(workplace.command("submit", job)));

    assertThat(submitted.exitCode()).as(submitted.toString()).isZero();
    assertThat(submitted.out()).contains("run collect before 2");
    Said status = Said.by(withLocal(workplace.command("status", job)));
    assertThat(status.out()).contains("run collect before 2");
  }

  private static List<String> withLocal(List<String> command) {
    List<String> local = new ArrayList<>(command);
    local.add(2, "--local");
    return local;
  }
}
