package io.beambatch.chunk;

import static java.util.stream.Collectors.joining;

import io.beambatch.storage.Sha256;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.jspecify.annotations.Nullable;

/**
 * The name under which a plan is committed. A repetition with the same input finds its plan by this
 * name, so equal names mean equal input.
 *
 * @param attempt of the plan
 * @param text such as {@code a1}, or for a window {@code a1-w20260101T000000000-} with a hash of
 *     the names of its parts
 * @param legacyText the name that earlier versions gave to the same plan, or null if it is the
 *     same. It was made of 32-bit hashes, so plans of other parts may have it, too
 */
record PlanName(int attempt, String text, @Nullable String legacyText) {
  private static final DateTimeFormatter WINDOW_START =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** 96 bits: among a million plans of one window, the chance of a collision is below 1e-17. */
  private static final int HASH_BYTES = 12;

  /** A name without a hash. */
  static PlanName of(int attempt, String text) {
    return new PlanName(attempt, text, null);
  }

  /**
   * The name of the plan of these parts. With windows, the name includes the parts, because a
   * window closes again when documents arrive late, and when the pipeline is launched again, and
   * then has other parts.
   */
  static PlanName of(int attempt, BoundedWindow window, List<Part> parts) {
    if (window instanceof GlobalWindow) {
      return of(attempt, "a" + attempt);
    }
    long start =
        window instanceof IntervalWindow interval
            ? interval.start().getMillis()
            : window.maxTimestamp().getMillis();
    String prefix = "a" + attempt + "-w" + WINDOW_START.format(Instant.ofEpochMilli(start)) + "-";
    List<String> names = parts.stream().map(Part::name).sorted().toList();
    return new PlanName(attempt, prefix + hash(names), prefix + legacyHash(names));
  }

  private static String hash(List<String> names) {
    return Sha256.hex(names.stream().map(name -> name + "\n").collect(joining()), HASH_BYTES);
  }

  private static String legacyHash(List<String> names) {
    long hash = 1;
    for (String name : names) {
      hash = 31 * hash + name.hashCode();
    }
    return Long.toHexString(hash);
  }
}
