package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.RealTimeServer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that a real-time server of one's own answers, with the server between killed halfway. */
@Tag("slow")
class KilledUpstreamTest {
  private static final int DOCUMENTS = 20;
  private static final int BEFORE = 7;
  private static final int CONCURRENCY = 2;

  @TempDir Path folder;

  @Test
  void noLineThatWasAnsweredIsAskedAgain() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (RealTimeServer model = new RealTimeServer()) {
      model.allow(BEFORE);
      Program killed = serve(model, "0");
      URI served = killed.servedUrl();
      try (Program run = run(workplace, served)) {
        Awaitility.await()
            .atMost(Duration.ofMinutes(5))
            .until(() -> Workplace.stats(served).path("lines_answered").asInt() == BEFORE);
        List<String> answered = new ArrayList<>(model.answered().keySet());
        killed.close();

        model.allow(1_000);
        try (Program again = serve(model, Integer.toString(served.getPort()))) {
          again.servedUrl();
          assertThat(run.end()).as("%s", run).isZero();
          JsonNode stats = Workplace.stats(again.servedUrl());
          assertThat(stats.path("lines_answered").asInt()).isEqualTo(DOCUMENTS);
          assertThat(stats.path("custom_ids_answered_more_than_once").asInt(-1)).isZero();
        }

        assertThat(answered).hasSize(BEFORE);
        assertThat(answered).allMatch(question -> model.answered().get(question).get() == 1);
        assertThat(model.answered()).hasSize(DOCUMENTS);
        assertThat(model.answered().values())
            .filteredOn(times -> times.get() > 1)
            .as("asked again, though with the server when it was killed and never heard of")
            .hasSizeLessThanOrEqualTo(CONCURRENCY);
      }
    }
    assertThat(workplace.answered())
        .extracting(document -> document.path("answer").asText())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, DOCUMENTS).mapToObj(i -> "QUESTION " + i).toList());
    assertThat(workplace.failed()).isEmpty();
  }

  private Program serve(RealTimeServer model, String port) throws Exception {
    return Program.start(
        folder.resolve("serve-" + port),
        Map.of(),
        List.of(
            "serve",
            "--port",
            port,
            "--dir",
            folder.resolve("served").toString(),
            "--upstream",
            model.baseUrl().toString(),
            "--concurrency",
            Integer.toString(CONCURRENCY)));
  }

  private Program run(Workplace workplace, URI served) throws Exception {
    Path source =
        workplace.write(
            "in.jsonl",
            IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> "{\"id\":\"%d\",\"text\":\"question %d\"}\n".formatted(i, i))
                .collect(Collectors.joining()));
    Path job =
        workplace.write(
            "job.yaml",
            """
            name: questions
            source: {type: jsonl, path: %s, id: id}
            request: {model: m, body: {messages: [{role: user, content: "{{text}}"}]}}
            result: {field: answer}
            sink: {type: jsonl, path: out}
            poll: {interval: 250ms}
            """
                .formatted(source));
    return Program.start(
        folder.resolve("run"),
        Map.of("OPENAI_BASE_URL", served.toString(), "OPENAI_API_KEY", "local"),
        workplace.command("run", job.toString()));
  }
}
