package io.beambatch.provider;

import java.util.regex.Pattern;

/** Makes what a provider says fit for messages and logs: short, on one line, without keys. */
public final class SafeText {
  private static final int LONGEST = 500;
  private static final Pattern BREAKS = Pattern.compile("[\\s\\p{Cntrl}]+");
  // Keys, whole or with stars in their middle, as OpenAI's 401 shows them.
  private static final Pattern KEYS =
      Pattern.compile("\\bsk-[\\w*.-]+|[^\\s'\"]*\\*{3,}[^\\s'\"]*");

  // Shorter ones are stand-ins for servers that take any, and common words at that.
  private static final int SHORTEST_KEY = 8;

  private final String key;

  public SafeText(String key) {
    this.key = key;
  }

  public String of(String text) {
    // Cut twice: first so that the rest costs nothing, then to the length that is shown.
    String start = text.substring(0, Math.min(text.length(), LONGEST * 4));
    String keyless = key.length() < SHORTEST_KEY ? start : start.replace(key, "***");
    String masked = KEYS.matcher(keyless).replaceAll("***");
    String line = BREAKS.matcher(masked).replaceAll(" ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }
}
