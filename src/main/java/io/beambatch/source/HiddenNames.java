package io.beambatch.source;

import java.util.regex.Pattern;

/**
 * Decides which of the files that match a pattern are hidden: those that match only because a
 * wildcard stands for a dot or an underscore at the beginning of a name.
 */
final class HiddenNames {
  /** Matches no dot or underscore at the beginning of a name. */
  private static final String GUARD = "(?!(?<=/)[._])";

  private final Pattern seen;
  private final Pattern fitting;
  private final boolean lastBegins;

  HiddenNames(String pattern) {
    this.seen = Pattern.compile(regex(pattern, GUARD), Pattern.DOTALL);
    this.fitting = Pattern.compile(regex(pattern, ""), Pattern.DOTALL);
    String last = pattern.substring(pattern.lastIndexOf('/') + 1);
    this.lastBegins = last.startsWith("*") || last.startsWith("?");
  }

  /** Returns whether a file that matches the pattern is hidden. */
  boolean contains(String path) {
    if (seen.matcher(path).matches()) {
      return false;
    }
    if (fitting.matcher(path).matches()) {
      return true;
    }
    // The file system writes the path differently from the pattern, so its folders are unknown.
    String name = path.substring(path.lastIndexOf('/') + 1);
    return lastBegins && (name.startsWith(".") || name.startsWith("_"));
  }

  /**
   * The pattern as a regular expression.
   *
   * @param guard precedes each character that a wildcard matches
   */
  private static String regex(String pattern, String guard) {
    StringBuilder regex = new StringBuilder();
    int braces = 0;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      boolean more = i + 1 < pattern.length();
      if (c == '*' && more && pattern.charAt(i + 1) == '*') {
        regex.append("(?:").append(guard).append(".)*");
        i++;
      } else if (c == '*') {
        regex.append("(?:").append(guard).append("[^/])*");
      } else if (c == '?') {
        regex.append(guard).append("[^/]");
      } else if (c == '[' && pattern.indexOf(']', i + 2) > 0) {
        int end = pattern.indexOf(']', i + 2);
        String inside = pattern.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex
            .append('[')
            .append(inside.startsWith("!") ? "^" + inside.substring(1) : inside)
            .append(']');
        i = end;
      } else if (c == '{') {
        regex.append("(?:");
        braces++;
      } else if (c == '}' && braces > 0) {
        regex.append(')');
        braces--;
      } else if (c == ',' && braces > 0) {
        regex.append('|');
      } else {
        if (c == '\\' && more) {
          i++;
        }
        regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
      }
    }
    return regex.append(")".repeat(braces)).toString();
  }
}
