package io.beambatch.run;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.beambatch.cost.Money;
import io.beambatch.document.FailureCause;
import io.beambatch.job.Job;
import io.beambatch.provider.SafeText;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Writes the page of a run, {@code report.html}: the numbers of {@link Report} with a timeline of
 * the batches. The page is one file that loads nothing from elsewhere, contains no document
 * contents unless they are asked for, and stays small however many batches there are.
 */
final class ReportPage {
  private static final String TEMPLATE = "report.html";
  private static final double WHOLE = 100;

  private final Report report;
  private final Job job;
  private final RunSnapshot snapshot;

  private ReportPage(Report report, Job job, RunSnapshot snapshot) {
    this.report = report;
    this.job = job;
    this.snapshot = snapshot;
  }

  /** Writes the page of a run into its folder, without contents of documents. */
  static void write(Report report, RunSnapshot snapshot, RunFolder folder) throws IOException {
    write(report, snapshot, folder, List.of());
  }

  /**
   * Writes the page of a run into its folder.
   *
   * @param samples failed documents to be shown, each with {@code reason}, {@code message} and
   *     {@code document}
   */
  static void write(
      Report report, RunSnapshot snapshot, RunFolder folder, List<Map<String, String>> samples)
      throws IOException {
    Map<String, Object> values = new ReportPage(report, snapshot.job(), snapshot).values();
    values.put("hasSamples", !samples.isEmpty());
    values.put("samples", samples);
    Storage.write(
        folder.page(),
        stream -> {
          Writer writer = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
          template().execute(values, writer);
          writer.flush();
        });
  }

  /** The engine escapes every value that is filled in. */
  private static Template template() throws IOException {
    try (InputStream stream =
        Objects.requireNonNull(ReportPage.class.getResourceAsStream(TEMPLATE), TEMPLATE)) {
      return Mustache.compiler()
          .escapeHTML(true)
          .emptyStringIsFalse(true)
          .compile(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("job", report.job());
    values.put("run", report.run());
    values.put("model", report.model());
    values.put("started", time(report.startedAt()));
    values.put("finished", time(report.finishedAt()));
    values.put("took", BatchTimeline.duration(Math.round(report.seconds() * 1000)));
    values.put("documents", number(report.documents()));
    values.put("answered", number(report.answered()));
    values.put("hasReused", report.reused() > 0);
    values.put("reused", number(report.reused()));
    values.put("failed", number(report.failures()));
    values.put("answeredPercent", percent(report.answered()));
    values.put("failedPercent", percent(report.failures()));
    values.put("hasFailures", report.failures() > 0);
    values.put("failures", failures());
    values.put("figures", figures());
    values.put(
        "batches", number(report.batches()) + (report.batches() == 1 ? " batch" : " batches"));
    values.put("requests", number(report.requests()));
    values.put(
        "attempts",
        number(report.attempts()) + (report.attempts() == 1 ? " attempt" : " attempts"));
    BatchTimeline timeline =
        BatchTimeline.of(
            snapshot, Instant.parse(report.startedAt()), Instant.parse(report.finishedAt()));
    values.put("grouped", timeline.isGrouped());
    values.put("hasRows", !timeline.rows().isEmpty());
    values.put("rows", timeline.rows());
    values.put("places", places());
    return values;
  }

  private List<Map<String, String>> failures() {
    List<Map<String, String>> failures = new ArrayList<>();
    report
        .failed()
        .forEach(
            (reason, count) -> {
              FailureCause cause = report.causes().get(reason);
              failures.add(
                  Map.of(
                      "reason",
                      reason,
                      "count",
                      number(count),
                      "message",
                      cause == null ? "" : SafeText.line(cause.message()),
                      "example",
                      cause == null ? "" : SafeText.line(cause.example())));
            });
    return failures;
  }

  private List<Map<String, String>> figures() {
    List<Map<String, String>> figures = new ArrayList<>();
    BigDecimal batch = report.costUsd();
    BigDecimal realTime = report.costRealtimeUsd();
    if (batch == null || realTime == null) {
      figures.add(figure("Cost", "unknown", "no price for " + report.model()));
    } else {
      Money.Comparison costs = Money.compare(batch, realTime);
      figures.add(figure("Cost by batch", report.costBound().of(costs.batch()), ""));
      figures.add(figure("In real time", costs.realTime(), ""));
      figures.add(figure("Saved", costs.saving(), ""));
    }
    long planned =
        snapshot.plans().stream()
            .filter(plan -> plan.attempt() == 1)
            .mapToLong(plan -> plan.tokens())
            .sum();
    figures.add(
        figure("Prompt tokens", number(report.promptTokens()), "estimated " + number(planned)));
    figures.add(
        figure(
            "Completion tokens",
            number(report.completionTokens()),
            report.reasoningTokens() == 0 ? "" : number(report.reasoningTokens()) + " reasoning"));
    if (report.cachedTokens() > 0) {
      figures.add(
          figure("From the provider's cache", number(report.cachedTokens()), "prompt tokens"));
    }
    if (report.promptCache() != null && report.promptCache().savedUsd() != null) {
      BigDecimal saved = report.promptCache().savedUsd();
      figures.add(
          figure(
              saved.signum() < 0 ? "The cache cost" : "The cache saved",
              Money.show(saved.abs()),
              Math.round(100 * report.promptCache().hitRate()) + " % hits"));
    }
    if (report.canary() != null && report.canary().projection().costUsd() != null) {
      figures.add(
          figure(
              "Projected by the canary",
              Money.show(report.canary().projection().costUsd()),
              "from " + number(report.canary().projection().sample()) + " requests"));
    }
    if (report.repaired() != null && report.repaired().requests() > 0) {
      BigDecimal cost = report.repaired().costUsd();
      figures.add(
          figure(
              "Answers repaired",
              number(report.repaired().answered()) + " of " + number(report.repaired().requests()),
              cost == null ? "" : Money.show(cost)));
    }
    if (report.uncountedAnswers() > 0) {
      figures.add(figure("Answers without tokens", number(report.uncountedAnswers()), ""));
    }
    return figures;
  }

  private List<Map<String, String>> places() {
    List<Map<String, String>> places = new ArrayList<>();
    if (report.answered() > 0) {
      places.add(figure("Answers", job.answers().place(report.run()), ""));
    }
    if (report.failures() > 0) {
      places.add(figure("Failures", job.failures().place(report.run()), ""));
    }
    report
        .problems()
        .forEach(
            problem -> places.add(figure("Left to a later launch", SafeText.line(problem), "")));
    report.kept().forEach((name, why) -> places.add(figure(name, why, "")));
    return places;
  }

  private static Map<String, String> figure(String name, String value, String note) {
    return Map.of("name", name, "value", value, "note", note);
  }

  private String percent(long documents) {
    double share = report.documents() == 0 ? 0 : WHOLE * documents / report.documents();
    return String.format(Locale.ROOT, "%.2f", share);
  }

  private static String time(String instant) {
    return Instant.parse(instant)
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .replace('T', ' ')
        .replace("Z", "");
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
