package io.beambatch.result;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A regular expression of a JSON schema, in ECMAScript syntax, run by RE2: it takes linear time and
 * constant stack for any text. Java's own engine may effectively never finish with {@code
 * ^(.*a){12}$}. In return, lookaheads and backreferences are not supported.
 */
final class LinearRegularExpression implements RegularExpression {
  /** RE2 expands repetitions: {@code ((a{1000}){1000}){1000}} would exhaust the memory. */
  private static final long MAX_SIZE = 20_000;

  private static final String SPACES = "\\t-\\r\\x{20}\\x{a0}\\x{feff}\\p{Z}";

  private final Pattern pattern;

  /**
   * Compiles an expression.
   *
   * @throws IllegalArgumentException if it isn't valid, or uses a feature that RE2 lacks
   */
  LinearRegularExpression(String expression) {
    try {
      checkSize(expression);
      pattern = Pattern.compile(translated(expression));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "the regular expression "
              + expression
              + " can't be used ("
              + e.getDescription()
              + "); lookaheads, lookbehinds and backreferences are not supported",
          e);
    }
  }

  @Override
  public boolean matches(String value) {
    return pattern.matcher(value).find();
  }

  /** Rewrites the parts of ECMAScript's syntax that differ in RE2's. */
  private static String translated(String expression) {
    StringBuilder re2 = new StringBuilder(expression.length() + 16);
    boolean inClass = false;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\\' && i + 1 < expression.length()) {
        i = translateEscape(expression, i + 1, inClass, re2);
        continue;
      }
      if (c == '[' && inClass) {
        re2.append('\\');
      }
      inClass = inClass ? c != ']' : c == '[';
      re2.append(c);
    }
    return re2.toString();
  }

  /** Translates the escape whose letter stands at an index; returns the index of its last char. */
  private static int translateEscape(
      String expression, int at, boolean inClass, StringBuilder re2) {
    char letter = expression.charAt(at);
    switch (letter) {
      case 's' -> re2.append(inClass ? SPACES : "[" + SPACES + "]");
      case 'S' -> re2.append(inClass ? "\\S" : "[^" + SPACES + "]");
      case 'u' -> {
        if (at + 4 < expression.length()) {
          re2.append("\\x{").append(expression, at + 1, at + 5).append('}');
          return at + 4;
        }
        re2.append("\\u");
      }
      case 'c' -> {
        if (at + 1 < expression.length()) {
          re2.append(String.format("\\x{%x}", expression.charAt(at + 1) % 32));
          return at + 1;
        }
        re2.append("\\c");
      }
      default -> re2.append('\\').append(letter);
    }
    return at;
  }

  /** Counts the single-character steps of the expression with all repetitions expanded. */
  private static void checkSize(String expression) {
    Deque<Long> outer = new ArrayDeque<>();
    long size = 0;
    long atom = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '(') {
        outer.push(size + atom);
        size = 0;
        atom = 0;
      } else if (c == ')' && !outer.isEmpty()) {
        atom += size;
        size = outer.pop();
      } else if (c == '{' && expression.indexOf('}', i) >= 0) {
        int end = expression.indexOf('}', i);
        atom *= most(expression.substring(i + 1, end));
        i = end;
      } else {
        size += atom;
        atom = 1;
        i = endOfAtom(expression, i);
      }
      if (size + atom > MAX_SIZE) {
        throw new PatternSyntaxException("it has too many repetitions", expression);
      }
    }
  }

  /** The index of the last char of an escape or a class, which count as one character. */
  private static int endOfAtom(String expression, int from) {
    if (expression.charAt(from) == '\\') {
      return from + 1;
    }
    if (expression.charAt(from) != '[') {
      return from;
    }
    int i = from + 1;
    while (i < expression.length() && expression.charAt(i) != ']') {
      i += expression.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }

  /** The upper bound of a repetition such as {@code 2,5}; 1 if it is none. */
  private static long most(String repetition) {
    long most = 1;
    for (String number : repetition.split(",", -1)) {
      if (number.matches("\\d{1,9}")) {
        most = Math.max(most, Long.parseLong(number));
      }
    }
    return most;
  }
}
