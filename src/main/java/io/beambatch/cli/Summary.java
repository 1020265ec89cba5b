package io.beambatch.cli;

import io.beambatch.cost.Money;
import io.beambatch.document.FailureCause;
import io.beambatch.job.Job;
import io.beambatch.provider.SafeText;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.RunProgress.Stage;
import java.math.BigDecimal;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;

/** The tables at the end of a command. */
final class Summary {
  private Summary() {}

  static Facts of(Report report, Job job, Run run) {
    Facts facts = new Facts();
    facts.add("run", report.job() + " " + report.run());
    facts.add("documents", number(report.documents()));
    facts.add(
        "answered",
        number(report.answered())
            + (report.reused() == 0
                ? ""
                : " ("
                    + number(report.reused())
                    + " of them by answers bought before, or for others)"));
    facts.add("failed", number(report.failures()));
    facts.add(failures(report.failed(), report.causes()));
    facts.add(
        "batches",
        number(report.batches())
            + " ("
            + count(report.requests(), "request")
            + ", "
            + count(report.bytes(), "byte")
            + ", "
            + count(report.attempts(), "attempt")
            + ")");
    facts.add(
        "tokens",
        number(report.promptTokens())
            + " prompt"
            + cache(report)
            + ", "
            + number(report.completionTokens())
            + " completion"
            + (report.reasoningTokens() == 0
                ? ""
                : " (" + number(report.reasoningTokens()) + " reasoning)")
            + (report.uncountedAnswers() == 0
                ? ""
                : "; " + number(report.uncountedAnswers()) + " answers came without their tokens"));
    if (report.promptCache() != null) {
      facts.add("prompt cache", promptCache(report.promptCache()));
    }
    facts.add(
        "cost",
        report.costUsd() == null
            ? "unknown: no price for " + report.model() + " (set prices: in the job file)"
            : cost(report, report.costUsd()));
    if (report.canary() != null) {
      facts.add("canary", report.canary().summary());
    }
    if (report.repaired() != null && report.repaired().requests() > 0) {
      facts.add("repaired", repaired(report.repaired()));
    }
    facts.add(places(report, job));
    facts.add("report", run.folder().report());
    facts.add("page", run.folder().page());
    return facts;
  }

  private static String promptCache(Report.PromptCacheUse use) {
    BigDecimal saved = use.savedUsd();
    return String.format(Locale.ROOT, "%.1f", 100 * use.hitRate())
        + " % hits"
        + (saved == null
            ? ""
            : (saved.signum() < 0 ? ", cost " : ", saved ")
                + Money.show(saved.abs())
                + (saved.signum() < 0 ? " more than without" : ""));
  }

  private static String repaired(Report.Repaired repaired) {
    return number(repaired.answered())
        + " of "
        + number(repaired.requests())
        + " answers that broke their schema"
        + (repaired.costUsd() == null
            ? ""
            : ", for " + Money.show(repaired.costUsd()) + " of the cost");
  }

  private static String cache(Report report) {
    String read = report.cachedTokens() == 0 ? "" : number(report.cachedTokens()) + " cached";
    String written =
        report.cacheWriteTokens() == 0
            ? ""
            : number(report.cacheWriteTokens()) + " written to the cache";
    return read.isEmpty() && written.isEmpty()
        ? ""
        : " (" + read + (read.isEmpty() || written.isEmpty() ? "" : ", ") + written + ")";
  }

  /** Where the documents of a run are now. */
  static Facts places(Report report, Job job) {
    Facts facts = new Facts();
    if (report.answered() > 0) {
      facts.add("answers", job.answers().place(report.run()));
    }
    if (report.failures() > 0) {
      facts.add("failures", job.failures().place(report.run()));
    }
    return facts;
  }

  /** The number of failed documents by reason, with the commonest cause of each. */
  static Facts failures(Map<String, Long> failed, Map<String, FailureCause> causes) {
    Facts facts = new Facts();
    for (Map.Entry<String, Long> reason : failed.entrySet()) {
      facts.add("  " + reason.getKey(), number(reason.getValue()));
      FailureCause cause = causes.get(reason.getKey());
      if (cause != null) {
        facts.add(
            "",
            "  "
                + (cause.documents() < reason.getValue()
                    ? number(cause.documents()) + " of them: "
                    : "")
                + SafeText.line(cause.message())
                + example(cause));
      }
    }
    return facts;
  }

  private static String example(FailureCause cause) {
    return cause.example().isEmpty()
        ? ""
        : " (" + SafeText.line(cause.example()) + (cause.documents() > 1 ? ", for example)" : ")");
  }

  /** The state of an unfinished run. */
  static Facts of(RunProgress progress, Run run) {
    Facts facts = new Facts();
    facts.add("run", run.identity().job() + " " + run.name());
    facts.add(
        "batches",
        number(progress.chunks().size())
            + ": "
            + number(progress.count(Stage.JOINED))
            + " collected, "
            + number(progress.count(Stage.ENDED))
            + " ended, "
            + number(progress.count(Stage.IN_FLIGHT) + progress.count(Stage.SUBMITTING))
            + " in flight, "
            + number(progress.count(Stage.UPLOADED) + progress.count(Stage.PLANNED))
            + " not submitted yet");
    progress
        .collectBefore(run.job().inference().request().provider().capabilities())
        .ifPresent(
            time ->
                facts.add(
                    "results",
                    "kept for a short time: run collect before "
                        + time.truncatedTo(ChronoUnit.SECONDS)));
    return facts;
  }

  private static String cost(Report report, BigDecimal batchUsd) {
    BigDecimal realTimeUsd = report.costRealtimeUsd();
    Money.Comparison costs = Money.compare(batchUsd, realTimeUsd == null ? batchUsd : realTimeUsd);
    return report.costBound().of(costs.batch())
        + " by batch, "
        + costs.realTime()
        + " in real time";
  }

  /** A number of things, such as {@code 1 batch} and {@code 2,000 batches}. */
  static String count(long number, String thing) {
    String ending = number == 1 ? "" : thing.endsWith("ch") ? "es" : "s";
    return number(number) + " " + thing + ending;
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
