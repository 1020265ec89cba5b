package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose model breaks the schema of some answers, until it is told so. */
class RepairRunTest {
  private static final int DOCUMENTS = 8;
  private static final int BROKEN = 3;

  @TempDir Path folder;
  private Workplace workplace;
  private Path news;

  @BeforeEach
  void newsIsThere() throws IOException {
    workplace = new Workplace(folder);
    news =
        workplace.write(
            "news.jsonl",
            IntStream.range(0, DOCUMENTS)
                .mapToObj(
                    i ->
                        "{\"id\":%d,\"text\":\"Item %d of Berlin\",\"meta\":{\"source\":\"s\",\"language\":\"en\"}}"
                            .formatted(i, i))
                .collect(Collectors.joining("\n")));
  }

  @Test
  void repairsAnswersThatBreakTheirSchema() throws Exception {
    Said done = run("retry={attempts: 3, repair: 1}");

    assertThat(done.exitCode()).as("%s", done).isZero();
    assertThat(sizes()).containsExactlyInAnyOrder(DOCUMENTS, BROKEN);
    assertThat(workplace.failed()).isEmpty();
    assertThat(workplace.answered())
        .hasSize(DOCUMENTS)
        .allMatch(document -> document.at("/entities/places").isArray())
        .filteredOn(document -> document.at("/_batch/attempt").asInt() == 2)
        .hasSize(BROKEN);
    assertThat(done.told("repaired")).startsWith("3 of 3 answers that broke their schema");
    JsonNode report = workplace.report(done);
    assertThat(report.at("/repaired/requests").asInt()).isEqualTo(BROKEN);
    assertThat(report.at("/repaired/answered").asInt()).isEqualTo(BROKEN);
    assertThat(report.at("/repaired/cost_usd").asDouble())
        .isPositive()
        .isLessThan(report.at("/cost_usd").asDouble());
    long prompts =
        workplace.answered().stream()
            .mapToLong(document -> document.at("/_batch/prompt_tokens").asLong())
            .sum();
    assertThat(report.at("/prompt_tokens").asLong())
        .as("the answers that broke it were paid for, too")
        .isGreaterThan(prompts);
  }

  @Test
  void failsThemWhereNoneIsAskedFor() throws Exception {
    Said done = run("retry={attempts: 3}");

    assertThat(done.exitCode()).as("%s", done).isZero();
    assertThat(sizes()).containsExactly(DOCUMENTS);
    assertThat(workplace.answered()).hasSize(DOCUMENTS - BROKEN);
    assertThat(workplace.failed())
        .hasSize(BROKEN)
        .allMatch(document -> document.at("/_failure/reason").asText().equals("invalid_answer"))
        .allMatch(document -> document.at("/_failure/partial").isTextual());
  }

  private Said run(String retry) {
    return workplace.run(
        "pipelines/entities.yaml",
        Stream.concat(
                Stream.of("--run", "a", "--fault", "line:misshapen:" + BROKEN),
                Stream.of("source.path=" + news, "poll.interval=100ms", retry)
                    .flatMap(setting -> Stream.of("--set", setting)))
            .toArray(String[]::new));
  }

  /** The number of requests of each batch at the server. */
  private List<Integer> sizes() throws Exception {
    return workplace.batches().stream()
        .map(batch -> batch.at("/request_counts/total").asInt())
        .toList();
  }
}
