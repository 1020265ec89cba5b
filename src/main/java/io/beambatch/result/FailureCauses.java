package io.beambatch.result;

import io.beambatch.document.FailureReason;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts why documents failed, with one example each. It remembers a bounded number of causes: what
 * comes after is counted as another cause of its reason.
 */
public final class FailureCauses {
  private static final int MOST = 50;
  private static final String OTHERS = "other causes";

  private final Map<Key, FailureCause> causes = new LinkedHashMap<>();

  /** Counts documents that failed for a cause. */
  public void add(FailureCause cause) {
    Key key = new Key(cause.reason(), cause.message());
    if (!causes.containsKey(key) && causes.size() >= MOST) {
      key = new Key(cause.reason(), OTHERS);
    }
    String message = key.message();
    causes.merge(
        key,
        new FailureCause(cause.reason(), message, cause.documents(), cause.example()),
        (before, more) ->
            new FailureCause(
                before.reason(), message, before.documents() + more.documents(), before.example()));
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
