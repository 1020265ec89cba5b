package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
  private static final String JOB = "pipelines/sentiment.yaml";

  @TempDir Path folder;

  @Test
  void saysWhatARunWouldDoWithoutAKeyAndLeavesNothing() throws Exception {
    Workplace workplace = new Workplace(folder);

    Said said = Said.by(workplace.command("plan", JOB, "--set", "limits.requests=7"));

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.told("documents")).isEqualTo("40");
    assertThat(said.told("requests")).isEqualTo("40");
    assertThat(said.told("batches")).isEqualTo("6");
    assertThat(said.told("cost by batch")).startsWith("$0.00");
    assertThat(files()).isEmpty();
  }

  @Test
  void saysTheSameAsJson() throws Exception {
    Said said = Said.by(new Workplace(folder).command("plan", JOB, "--json"));

    assertThat(said.exitCode()).isZero();
    JsonNode plan = Workplace.JSON.readTree(said.out());
    assertThat(plan.path("job").asText()).isEqualTo("sentiment");
    assertThat(plan.path("model").asText()).isEqualTo("gpt-4o-mini");
    assertThat(plan.path("documents").asLong()).isEqualTo(40);
    assertThat(plan.path("requests").asLong()).isEqualTo(40);
    assertThat(plan.path("batches").asLong()).isEqualTo(1);
    assertThat(plan.path("waves").asLong()).isEqualTo(1);
    assertThat(plan.path("failed")).isEmpty();
    assertThat(plan.path("bytes").asLong()).isGreaterThan(10_000);
    assertThat(plan.path("prompt_tokens").asLong()).isGreaterThan(1_000);
    assertThat(plan.path("max_completion_tokens").asLong()).isEqualTo(400);
    assertThat(plan.path("cost_usd").decimalValue()).isPositive();
    assertThat(plan.path("saving_usd").decimalValue())
        .isEqualByComparingTo(
            plan.path("cost_realtime_usd")
                .decimalValue()
                .subtract(plan.path("cost_usd").decimalValue()));
  }

  @Test
  void comparesWhatEachModelWouldCost() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> plan =
        workplace.command(
            "plan",
            JOB,
            "--compare",
            "--set",
            "prices={dear-in-batches: {input: 1, output: 1, batch_input: 2, batch_output: 2}}");
    Said said = Said.by(plan);

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.out())
        .containsPattern("(?m)^openai +gpt-4o-mini +\\$0.000\\d+ +\\$0.000\\d+$")
        .containsPattern("(?m)^anthropic +claude-haiku-4-5 +\\$0.00\\d+ +\\$0.00\\d+$")
        .containsPattern("(?m)^openai +dear-in-batches .* +a batch costs more than real time$")
        .containsPattern("(?m)^openai +text-embedding-3-small .* +only embeds$");

    List<String> asJson = new ArrayList<>(plan);
    asJson.add("--json");
    JsonNode json = Workplace.JSON.readTree(Said.by(asJson).out());
    JsonNode own = offer(json, "gpt-4o-mini");
    assertThat(own.path("cost_usd").decimalValue())
        .isEqualByComparingTo(json.path("cost_usd").decimalValue());
    BigDecimal before = BigDecimal.ZERO;
    for (JsonNode offer : json.path("compare")) {
      if (offer.path("possible").asBoolean()) {
        assertThat(offer.path("cost_usd").decimalValue()).isGreaterThanOrEqualTo(before);
        before = offer.path("cost_usd").decimalValue();
      }
    }
  }

  @Test
  void comparesWhatACachedPrefixWouldCost() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> plan =
        workplace.command(
            "plan",
            JOB,
            "--compare",
            "--json",
            "--set",
            "request.provider=anthropic",
            "--set",
            "request.model=claude-sonnet-4-5",
            "--set",
            "request.cache=true",
            "--set",
            "request.prompt.system=" + "Think of each of its aspects. ".repeat(300));

    JsonNode json = Workplace.JSON.readTree(Said.by(plan).out());

    for (JsonNode offer : json.path("compare")) {
      if (offer.path("provider").asText().equals("anthropic")) {
        assertThat(offer.path("cost_cached_usd").asDouble())
            .as("%s: nine tenths of nearly all tokens are saved", offer)
            .isPositive()
            .isLessThan(offer.path("cost_usd").asDouble() / 3);
      }
    }
    JsonNode own = offer(json, "claude-sonnet-4-5");
    assertThat(own.path("cost_usd")).isEqualTo(json.path("cost_usd"));
    assertThat(own.path("cost_cached_usd")).isEqualTo(json.path("cost_cached_usd"));
    assertThat(own.path("cost_realtime_usd")).isEqualTo(json.path("cost_realtime_usd"));
    long prefix = json.at("/prompt_cache/prefix_tokens").asLong();
    long fresh = json.path("prompt_tokens").asLong() - 40 * prefix;
    assertThat(json.path("cost_cached_usd").decimalValue())
        .as(
            "at $1.50 a million, a tenth for what is read, twice that for the one write, $7.50 to"
                + " answer")
        .isCloseTo(
            BigDecimal.valueOf(15 * fresh + 39 * prefix * 15 / 10 + 30 * prefix + 75 * 400)
                .movePointLeft(7),
            within(new BigDecimal("0.000002")));
    List<String> asText = new ArrayList<>(plan);
    asText.remove("--json");
    Said said = Said.by(asText);
    assertThat(said.out())
        .containsPattern("(?m)^provider +model +by batch +prefix cached +in real time$")
        .containsPattern("(?m)^anthropic +claude-haiku-4-5( +\\$0\\.\\d+){3}$")
        .contains(
            said.told("cost by batch").replace("up to ", "") + "  ",
            said.told("  prefix cached").replace("about ", ""));
  }

  @Test
  void takesNoMessagesOutOfASubscription() throws Exception {
    Said said =
        Said.by(
            new Workplace(folder)
                .command(
                    "plan",
                    JOB,
                    "--set",
                    "source={type: pubsub, subscription: projects/p/subscriptions/reviews}"));

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .contains("error: plan: a subscription never ends")
        .contains("source={type: jsonl, path: messages.jsonl}");
    assertThat(files()).isEmpty();
  }

  @Test
  void saysHowOftenBatchesHaveToEndBeforeOthersMayFollow() throws Exception {
    Said said =
        Said.by(
            new Workplace(folder)
                .command(
                    "plan",
                    JOB,
                    "--set",
                    "limits.requests=10",
                    "--set",
                    "limits.enqueued_requests=20"));

    assertThat(said.told("batches")).isEqualTo("4");
    assertThat(said.told("waves")).isEqualTo("2");
  }

  @Test
  void saysThatAPriceIsUnknown() throws Exception {
    String[] unknown = {"--set", "request.model=house-model"};
    Workplace workplace = new Workplace(folder);

    assertThat(Said.by(workplace.command("plan", JOB, unknown)).told("cost"))
        .isEqualTo("unknown: no price for house-model (set prices: in the job file)");
    assertThat(
            Workplace.JSON
                .readTree(
                    Said.by(
                            workplace.command(
                                "plan", JOB, "--json", "--set", "request.model=house-model"))
                        .out())
                .path("cost_usd")
                .isNull())
        .isTrue();
  }

  @Test
  void countsDocumentsThatCanNotBeSent() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path source = workplace.write("bad.jsonl", "{\"id\":1,\"text\":\"x\"}\n{oops\n");

    Said said = Said.by(workplace.command("plan", JOB, "--set", "source.path=" + source));

    assertThat(said.exitCode()).isZero();
    assertThat(said.told("documents")).isEqualTo("2");
    assertThat(said.told("  invalid_document")).isEqualTo("1");
    assertThat(said.told("requests")).isEqualTo("1");
  }

  @Test
  void saysTheCommonestCauseOfEachReasonWithAnExample() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path source =
        workplace.write(
            "bad.jsonl",
            "{oops\n{\"id\":2}\n"
                + "{\"id\":3}\n"
                + "{\"id\":4,\"text\":\"x\"}\n"
                + "{\"id\":5,\"text\":\"%s\"}\n".formatted("y".repeat(3000))
                + "{\"id\":6,\"text\":\"%s\"}\n".formatted("y".repeat(4000)));
    String[] sets = {
      "--set", "source.path=" + source, "--set", "source.id=", "--set", "limits.bytes=2KB"
    };

    Said said = Said.by(workplace.command("plan", JOB, sets));

    assertThat(said.told("  invalid_document")).isEqualTo("3");
    assertThat(said.told("  too_large")).isEqualTo("2");
    assertThat(said.out())
        .contains("2 of them: the request needs the field 'text', which the document doesn't have")
        .contains("; it has id (document bad.jsonl:2, for example)")
        .containsPattern(
            "the request has \\d+ bytes; .* \\(document bad.jsonl:[56], for example\\)");
    JsonNode plan = plan(workplace, source);
    assertThat(plan.at("/causes/invalid_document/documents").asInt()).isEqualTo(2);
    assertThat(plan.at("/causes/too_large/documents").asInt()).isEqualTo(2);
    // The job's ids are contents of documents.
    assertThat(plan.at("/causes/too_large/example").asText()).isEmpty();
  }

  @Test
  void namesThePlaceOfARecordThatCanNotBeRead() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path source = workplace.write("bad.jsonl", "{\"id\":1,\"text\":\"x\"}\n[]\n");

    Said said = Said.by(workplace.command("plan", JOB, "--set", "source.path=" + source));

    assertThat(said.out()).contains("not a JSON object but an array (" + source + ":2)");
  }

  @Test
  void endsAsARunWould() throws Exception {
    Workplace workplace = new Workplace(folder);

    Said dear = Said.by(workplace.command("plan", JOB, "--set", "limits.cost_usd=0.0000001"));
    assertThat(dear.exitCode()).isEqualTo(4);
    assertThat(dear.told("documents")).isEqualTo("40");
    assertThat(dear.err())
        .matches(
            "(?s)error: a run would cost up to \\$0.00\\d+, more than limits.cost_usd allows .*");

    Said unknown =
        Said.by(
            workplace.command(
                "plan", JOB, "--set", "limits.cost_usd=1", "--set", "request.model=house-model"));
    assertThat(unknown.exitCode()).isEqualTo(4);

    Path source = workplace.write("bad.jsonl", "{oops\n{oops\n");
    Said nothing = Said.by(workplace.command("plan", JOB, "--set", "source.path=" + source));
    assertThat(nothing.exitCode()).isEqualTo(3);
    assertThat(nothing.told("documents")).isEqualTo("2");
    assertThat(nothing.err()).contains("a run would answer nothing: none of the documents can be");
  }

  private static JsonNode offer(JsonNode plan, String model) {
    return StreamSupport.stream(plan.path("compare").spliterator(), false)
        .filter(offer -> offer.path("model").asText().equals(model))
        .findFirst()
        .orElseThrow();
  }

  private static JsonNode plan(Workplace workplace, Path source) throws Exception {
    return Workplace.JSON.readTree(
        Said.by(
                workplace.command(
                    "plan",
                    JOB,
                    "--json",
                    "--set",
                    "source.path=" + source,
                    "--set",
                    "limits.bytes=2KB"))
            .out());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).toList();
    }
  }
}
