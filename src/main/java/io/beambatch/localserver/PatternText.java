package io.beambatch.localserver;

/**
 * Creates a text that matches a regular expression of the usual constructs: literals, classes,
 * groups, alternatives, counts. For others, it is a best effort.
 */
final class PatternText {
  private final String regex;
  private final StringBuilder text = new StringBuilder();
  private int at;

  private PatternText(String regex) {
    this.regex = regex;
  }

  static String make(String regex) {
    PatternText pattern = new PatternText(regex);
    pattern.alternatives();
    return pattern.text.toString();
  }

  /** Takes the first alternative and skips the others. */
  private void alternatives() {
    sequence();
    int end = text.length();
    while (at < regex.length() && regex.charAt(at) == '|') {
      at++;
      sequence();
    }
    text.setLength(end);
  }

  private void sequence() {
    while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
      int start = text.length();
      atom();
      repeat(start);
    }
  }

  private void atom() {
    char c = regex.charAt(at++);
    switch (c) {
      case '(' -> {
        if (regex.startsWith("?", at)) {
          int colon = Math.max(regex.indexOf(':', at), regex.indexOf('>', at));
          at = colon < 0 ? at + 1 : colon + 1;
        }
        alternatives();
        at++;
      }
      case '[' -> text.append(characterClass());
      case '\\' -> escape();
      case '.' -> text.append('a');
      case '^', '$' -> {
        // Anchors match no character.
      }
      default -> text.append(c);
    }
  }

  private void escape() {
    if (at >= regex.length()) {
      return;
    }
    char c = regex.charAt(at++);
    switch (c) {
      case 'd' -> text.append('1');
      case 'w', 'S', 'D' -> text.append('a');
      case 's' -> text.append(' ');
      case 'W' -> text.append('-');
      case 'b', 'B', 'A', 'z', 'Z' -> {
        // Anchors match no character.
      }
      default -> text.append(c);
    }
  }

  /** One character of the class: its first, or one outside a negated class. */
  private char characterClass() {
    boolean negated = at < regex.length() && regex.charAt(at) == '^';
    int start = negated ? at + 1 : at;
    int end = start;
    while (end < regex.length() && (regex.charAt(end) != ']' || end == start)) {
      end += regex.charAt(end) == '\\' ? 2 : 1;
    }
    String members = regex.substring(start, Math.min(end, regex.length()));
    at = Math.min(end + 1, regex.length());
    if (negated) {
      for (char c : "ab1A -".toCharArray()) {
        if (String.valueOf(c).matches("[^" + members + "]")) {
          return c;
        }
      }
    }
    if (members.startsWith("\\") && members.length() > 1) {
      return switch (members.charAt(1)) {
        case 'd' -> '1';
        case 'w' -> 'a';
        case 's' -> ' ';
        default -> members.charAt(1);
      };
    }
    return members.isEmpty() ? 'a' : members.charAt(0);
  }

  /** Applies the count after an atom, by repeating the atom's text. */
  private void repeat(int start) {
    if (at >= regex.length()) {
      return;
    }
    int times = 1;
    switch (regex.charAt(at)) {
      case '*', '?' -> {
        times = 0;
        at++;
      }
      case '+' -> at++;
      case '{' -> {
        int end = regex.indexOf('}', at);
        String least = end < 0 ? "" : regex.substring(at + 1, end).replaceFirst(",.*", "");
        times = least.matches("\\d{1,4}") ? Integer.parseInt(least) : 0;
        at = end < 0 ? regex.length() : end + 1;
      }
      default -> {
        return;
      }
    }
    if (at < regex.length() && (regex.charAt(at) == '?' || regex.charAt(at) == '+')) {
      at++; // lazy and possessive counts give the same text
    }
    String once = text.substring(start);
    text.setLength(start);
    text.append(once.repeat(times));
  }
}
