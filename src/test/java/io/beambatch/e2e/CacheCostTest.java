package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job costs that has a provider keep what all requests begin with, in its report. */
class CacheCostTest {
  private static final String RULE = "Answer with one word: positive, negative or neutral. ";

  private @TempDir Path folder;

  @Test
  void tokensThatAreWrittenToTheCacheAndReadFromItArePricedApart() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path job = job(workplace, 400);

    Said said = workplace.run(job.toString());

    assertThat(said.exitCode()).as("%s", said).isZero();
    JsonNode report = workplace.report(said);
    long read = report.path("cached_tokens").asLong();
    long written = report.path("cache_write_tokens").asLong();
    long fresh = report.path("prompt_tokens").asLong() - read - written;
    long completion = report.path("completion_tokens").asLong();
    assertThat(written).isPositive();
    assertThat(read).isGreaterThan(written);
    assertThat(fresh).isPositive();
    // At $1 a million, and $5 for what is written; a write for an hour costs twice, a read a tenth.
    BigDecimal realTime =
        BigDecimal.valueOf(fresh * 10 + read + written * 20 + completion * 50).movePointLeft(7);
    assertThat(report.path("cost_realtime_usd").decimalValue().subtract(realTime).abs())
        .isLessThan(new BigDecimal("0.000001"));
    assertThat(report.path("cost_bound").asText()).isEqualTo("exact");
    assertThat(
            workplace.answered().stream()
                .mapToLong(document -> document.at("/_batch/cache_write_tokens").asLong(-1))
                .sum())
        .isEqualTo(written);
    assertThat(said.out()).contains(" written to the cache)");
  }

  @Test
  void aBatchOfOneRequestWarmsTheCacheForTheOthers() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path job = job(workplace, 400);

    Said submitted = Said.by(workplace.command("submit", job.toString(), "--local"));
    assertThat(submitted.exitCode()).as("the others wait").isEqualTo(75);
    assertThat(submitted.told("batches"))
        .isEqualTo("2: 0 collected, 0 ended, 1 in flight, 1 not submitted yet");

    Said said = workplace.run(job.toString());
    assertThat(said.exitCode()).as("%s", said).isZero();
    JsonNode report = workplace.report(said);
    assertThat(report.path("batches").asInt()).isEqualTo(2);
    assertThat(report.path("cache_write_tokens").asLong() * 39)
        .as("one request wrote what 39 read")
        .isEqualTo(report.path("cached_tokens").asLong());
    assertThat(report.at("/prompt_cache/hit_rate").asDouble()).isEqualTo(0.975);
    assertThat(report.at("/prompt_cache/saved_usd").decimalValue()).isPositive();
    assertThat(said.told("prompt cache")).startsWith("97.5 % hits, saved $");
    assertThat(submitted.err())
        .containsPattern(
            "Will cost up to \\$0\\.\\d+ by batch .*, about \\$0\\.\\d+ with the prefix cached:"
                + " 40");
    assertThat(Path.of(said.told("page"))).content().contains("The cache saved", "98 % hits");
  }

  @Test
  void oneRequestGoesFirstThoughTheAnswersToTheFirstDocumentsAreKnown() throws Exception {
    Workplace workplace = new Workplace(folder);
    String job = job(workplace, 400).toString();
    String cache = "cache.path=" + folder.resolve("cache");
    Said some = workplace.run(job, "--run", "a", "--set", cache, "--limit", "20");
    assertThat(some.exitCode()).as("%s", some).isZero();

    Said submitted =
        Said.by(workplace.command("submit", job, "--local", "--run", "b", "--set", cache));

    assertThat(submitted.exitCode()).as("%s", submitted).isEqualTo(75);
    assertThat(submitted.told("batches"))
        .isEqualTo("2: 0 collected, 0 ended, 1 in flight, 1 not submitted yet");
    assertThat(
            Said.by(workplace.command("status", job, "--local", "--run", "b", "--set", cache))
                .out())
        .as("the 20 that are known are not sent")
        .containsPattern("(?s)a1-c00000 .*? 1 +~.*a1-c00001 .*? 19 +~");
  }

  @Test
  void thePlanSaysWhatIsSentFirst() throws Exception {
    Workplace workplace = new Workplace(folder);
    String job = job(workplace, 400).toString();
    String canary = "canary.documents=10";

    Said one = Said.by(workplace.command("plan", job));
    Said sample = Said.by(workplace.command("plan", job, "--set", canary));
    Said endless = Said.by(workplace.command("plan", job, "--set", "source.watch=1m"));

    assertThat(one.told("prompt cache")).endsWith("; one request goes first");
    assertThat(sample.told("prompt cache")).endsWith("; the canary goes first");
    assertThat(usd(sample.told("  prefix cached")))
        .as("ten requests write the prefix, instead of one")
        .isGreaterThan(usd(one.told("  prefix cached")))
        .isLessThan(usd(sample.told("cost by batch")));
    assertThat(endless.told("prompt cache"))
        .endsWith("; nothing goes first: the source never ends");
    assertThat(endless.out()).doesNotContain("prefix cached");
    assertThat(usd(endless.told("cost by batch"))).isEqualTo(usd(one.told("cost by batch")));
  }

  private static BigDecimal usd(String cost) {
    return new BigDecimal(cost.substring(cost.indexOf('$') + 1));
  }

  @Test
  void aBeginningThatIsTooShortForTheModelIsSaid() throws Exception {
    Workplace workplace = new Workplace(folder);
    Path job = job(workplace, 200);

    Said planned = Said.by(workplace.command("plan", job.toString()));
    assertThat(planned.told("prompt cache"))
        .matches("none: .* has about 2,\\d{3} tokens, and .* caches none shorter than 4,096");
    assertThat(planned.told("batches")).as("none goes first").isEqualTo("1");
  }

  private static Path job(Workplace workplace, int rules) throws Exception {
    return workplace.write(
        "job.yaml",
        """
        name: cached
        source: {type: jsonl, path: test-data/reviews.jsonl, id: id}
        request:
          provider: anthropic
          model: claude-haiku-4-5
          cache: true
          prompt: {system: "%s", user: "{{text}}", max_tokens: 10}
        result: {field: sentiment}
        sink: {type: jsonl, path: out}
        poll: {interval: 20ms}
        """
            .formatted(RULE.repeat(rules)));
  }
}
