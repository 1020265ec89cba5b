package io.beambatch.document;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Counts why documents failed, with one example each. The number of causes is bounded: further ones
 * are counted together, by reason.
 */
public final class FailureCauses {
  private static final int MOST = 50;
  private static final Pattern DIGITS = Pattern.compile("\\d[\\d,.]*");
  private static final String OTHERS = "other causes";

  private final Map<Key, FailureCause> causes = new LinkedHashMap<>();

  /** Counts documents that failed for a cause. */
  public void add(FailureCause cause) {
    // Sizes and columns differ between documents with the same cause.
    Key key = new Key(cause.reason(), DIGITS.matcher(cause.message()).replaceAll("#"));
    FailureCause first = cause;
    if (!causes.containsKey(key) && causes.size() >= MOST) {
      key = new Key(cause.reason(), OTHERS);
      first = new FailureCause(cause.reason(), OTHERS, cause.documents(), cause.example());
    }
    causes.merge(
        key,
        first,
        (before, more) ->
            new FailureCause(
                before.reason(),
                before.message(),
                before.documents() + more.documents(),
                before.example()));
  }

  /** All causes, in the order in which they were met. */
  public List<FailureCause> all() {
    return List.copyOf(causes.values());
  }

  /** The commonest cause of each reason, by the reason's code. */
  public Map<String, FailureCause> commonest() {
    Map<String, FailureCause> commonest = new TreeMap<>();
    causes.values().stream()
        .sorted(Comparator.comparingLong(FailureCause::documents).reversed())
        .forEach(cause -> commonest.putIfAbsent(cause.reason().code(), cause));
    return commonest;
  }

  private record Key(FailureReason reason, String message) {}
}
