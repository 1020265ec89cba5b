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
  private final StringBuilder text = new StringBuilder();

  private Summary() {}

  static String of(Report report, Job job, Run run) {
    Summary summary = new Summary();
    summary.line("run", report.job() + " " + report.run());
    summary.line("documents", number(report.documents()));
    summary.line(
        "answered",
        number(report.answered())
            + (report.reused() == 0
                ? ""
                : " ("
                    + number(report.reused())
                    + " of them by answers bought before, or for others)"));
    summary.line("failed", number(report.failures()));
    summary.text.append(failures(report.failed(), report.causes()));
    summary.line(
        "batches",
        number(report.batches())
            + " ("
            + number(report.requests())
            + " requests, "
            + number(report.bytes())
            + " bytes, "
            + number(report.attempts())
            + (report.attempts() == 1 ? " attempt)" : " attempts)"));
    summary.line(
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
      summary.line("prompt cache", promptCache(report.promptCache()));
    }
    summary.line(
        "cost",
        report.costUsd() == null
            ? "unknown: no price for " + report.model() + " (set prices: in the job file)"
            : cost(report, report.costUsd()));
    if (report.canary() != null) {
      summary.line("canary", report.canary().summary());
    }
    if (report.repaired() != null && report.repaired().requests() > 0) {
      summary.line("repaired", repaired(report.repaired()));
    }
    summary.text.append(places(report, job));
    summary.line("report", run.folder().report());
    summary.line("page", run.folder().page());
    return summary.text.toString();
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
  static String places(Report report, Job job) {
    Summary summary = new Summary();
    if (report.answered() > 0) {
      summary.line("answers", job.answers().place(report.run()));
    }
    if (report.failures() > 0) {
      summary.line("failures", job.failures().place(report.run()));
    }
    return summary.text.toString();
  }

  /** The number of failed documents by reason, with the commonest cause of each. */
  static String failures(Map<String, Long> failed, Map<String, FailureCause> causes) {
    Summary summary = new Summary();
    for (Map.Entry<String, Long> reason : failed.entrySet()) {
      summary.line("  " + reason.getKey(), number(reason.getValue()));
      FailureCause cause = causes.get(reason.getKey());
      if (cause != null) {
        summary.line(
            "",
            "  "
                + (cause.documents() < reason.getValue()
                    ? number(cause.documents()) + " of them: "
                    : "")
                + SafeText.line(cause.message())
                + example(cause));
      }
    }
    return summary.text.toString();
  }

  private static String example(FailureCause cause) {
    return cause.example().isEmpty()
        ? ""
        : " (" + SafeText.line(cause.example()) + (cause.documents() > 1 ? ", for example)" : ")");
  }

  /** The state of an unfinished run. */
  static String of(RunProgress progress, Run run) {
    Summary summary = new Summary();
    summary.line("run", run.identity().job() + " " + run.name());
    summary.line(
        "batches",
        number(progress.chunks().size())
            + ": "
            + number(progress.count(Stage.JOINED))
            + " collected, "
            + number(progress.count(Stage.ENDED))
            + " ended, "
            + number(progress.count(Stage.UNDER_WAY) + progress.count(Stage.SUBMITTING))
            + " in flight, "
            + number(progress.count(Stage.UPLOADED) + progress.count(Stage.PLANNED))
            + " not submitted yet");
    progress
        .collectBefore(run.job().inference().request().provider().capabilities())
        .ifPresent(
            time ->
                summary.line(
                    "results",
                    "kept for a short time: run collect before "
                        + time.truncatedTo(ChronoUnit.SECONDS)));
    return summary.text.toString();
  }

  private static String cost(Report report, BigDecimal batchUsd) {
    BigDecimal realTimeUsd = report.costRealtimeUsd();
    Money.Comparison costs = Money.compare(batchUsd, realTimeUsd == null ? batchUsd : realTimeUsd);
    return report.costBound().of(costs.batch())
        + " by batch, "
        + costs.realTime()
        + " in real time";
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private void line(String name, String value) {
    text.append(String.format(Locale.ROOT, "%-18s %s%n", name, value));
  }
}
