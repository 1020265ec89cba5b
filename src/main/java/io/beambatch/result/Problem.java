package io.beambatch.result;

import io.beambatch.provider.SafeText;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a document, said twice. The cause is in our words and has no contents: it
 * may be counted and shown in reports. The message may quote what the provider says, and so the
 * document: it stands beside the document and nowhere else.
 */
record Problem(String cause, String message) {
  private static final Pattern CODE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  /** A problem that is said in our words alone. */
  static Problem of(String words) {
    return new Problem(words, words);
  }

  /** A problem with circumstances that are for the message alone. */
  static Problem of(String words, String circumstances) {
    return new Problem(words, words + circumstances);
  }

  /**
   * The same problem with what the provider says about it. What would steer a terminal, and what
   * looks like a key, is left out: failures are files that people look at.
   */
  Problem with(@Nullable String code, @Nullable String words) {
    String named = code == null ? "" : ", code " + SafeText.line(code);
    // A code that doesn't look like one may be anything.
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
