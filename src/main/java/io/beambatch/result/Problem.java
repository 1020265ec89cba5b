package io.beambatch.result;

import io.beambatch.provider.SafeText;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a document, in two texts. The cause is in our words and has no contents: it
 * may be counted and shown in reports. The message may quote the provider, and so the document: it
 * is written only next to the document.
 *
 * @param advice the errors for a model that may repair its answer, which may quote it; null if
 *     repairing is of no use
 */
record Problem(String cause, String message, @Nullable String advice) {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** A problem that no model can repair. */
  Problem(String cause, String message) {
    this(cause, message, null);
  }

  /** A copy with advice for the model. */
  Problem advising(String words) {
    return new Problem(cause, message, words);
  }

  /** A problem described in our words alone. */
  static Problem of(String words) {
    return new Problem(words, words);
  }

  /** A problem with details that belong in the message only. */
  static Problem of(String words, String circumstances) {
    return new Problem(words, words + circumstances);
  }

  /**
   * A copy with the provider's own words. Characters that control a terminal, and what looks like a
   * key, are removed: people look at files of failures.
   */
  Problem with(@Nullable String code, @Nullable String words) {
    String named = code == null ? "" : ", code " + SafeText.line(code);
    // A code of an unusual form may be anything.
    boolean plain = code != null && CODE.matcher(code).matches();
    return new Problem(
        cause + (plain ? named : ""),
        message + named + (words == null ? "" : ": " + SafeText.lines(words)));
  }

  /** Shows the cause, which has no contents. */
  @Override
  public String toString() {
    return "Problem[" + cause + "]";
  }
}
