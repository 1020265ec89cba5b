package io.beambatch.ledger;

import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Gauge;
import org.apache.beam.sdk.metrics.Lineage;
import org.apache.beam.sdk.metrics.Metrics;

/**
 * The metrics and the lineage of all steps, in one namespace. They count one launch: a launch that
 * resumes a run counts its own work only.
 */
public final class RunMetrics {
  /** The namespace of all metrics. */
  public static final String NAMESPACE = "beambatch";

  private static final String LOCAL = "file";

  private RunMetrics() {}

  /** A counter, such as {@code requests_answered}. */
  public static Counter counter(String name) {
    return Metrics.counter(NAMESPACE, name);
  }

  /** A counter for one kind, such as {@code provider_errors_no_reply}. */
  public static Counter counter(String name, String kind) {
    return counter(name + "_" + kind.toLowerCase(Locale.ROOT));
  }

  /** A gauge, such as {@code batches_under_way}. */
  public static Gauge gauge(String name) {
    return Metrics.gauge(NAMESPACE, name);
  }

  /** A distribution, such as {@code batch_seconds}. */
  public static Distribution distribution(String name) {
    return Metrics.distribution(NAMESPACE, name);
  }

  /** Reports a source file to Beam's lineage. */
  public static void readFrom(String path) {
    if (isLocal(path)) {
      Lineage.getSources().add(LOCAL, List.of(path));
    } else {
      FileSystems.reportSourceLineage(file(path));
    }
  }

  /** Reports a written file to Beam's lineage. */
  public static void wroteTo(String path) {
    if (isLocal(path)) {
      wroteTo(LOCAL, List.of(path));
    } else {
      FileSystems.reportSinkLineage(file(path));
    }
  }

  /** Reports a written table or topic to Beam's lineage. */
  public static void wroteTo(String system, List<String> name) {
    Lineage.getSinks().add(system, name);
  }

  /** Beam reports no lineage for local files. */
  private static boolean isLocal(String path) {
    return !path.contains("://");
  }

  private static ResourceId file(String path) {
    return FileSystems.matchNewResource(path, false);
  }
}
