package io.beambatch.source;

import io.beambatch.job.CsvDialect;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits the text of a record, as {@link CsvScanner} delimits it, into its cells. It is our own
 * code because both classes must agree on every character, and because libraries turn escapes such
 * as {@code \n} in {@code C:\new} into other characters, which neither Spark nor MySQL does.
 */
final class CsvParser {
  /** MySQL's and Hive's mark for a missing value, in dialects with escapes. */
  private static final String NULL = "\\N";

  private static final char NONE = '\0'; // Rejected in texts before they come here.

  private final char delimiter;
  private final char quote;
  private final char quotedEscape;
  private final char unquotedEscape;

  CsvParser(CsvDialect dialect) {
    this.delimiter = dialect.delimiter();
    this.quote = dialect.quote() == null ? NONE : dialect.quote();
    char escape = dialect.escape() == null ? NONE : dialect.escape();
    this.quotedEscape = escape == quote ? NONE : escape;
    this.unquotedEscape = quote == NONE ? escape : NONE;
  }

  /** The cells; null for a missing value, which only dialects with escapes can express. */
  List<@Nullable String> cells(String text) throws InvalidRecordException {
    List<@Nullable String> cells = new ArrayList<>();
    int at = 0;
    while (true) {
      boolean quoted = quote != NONE && at < text.length() && text.charAt(at) == quote;
      at = quoted ? quoted(text, at + 1, cells) : unquoted(text, at, cells);
      if (at == text.length()) {
        return cells;
      }
      at++;
    }
  }

  /** Adds a cell, and returns the index of the delimiter after it. */
  private int unquoted(String text, int from, List<@Nullable String> cells) {
    int end = from;
    boolean escapes = false;
    while (end < text.length() && text.charAt(end) != delimiter) {
      if (text.charAt(end) == unquotedEscape && unquotedEscape != NONE) {
        escapes = true;
        end++;
      }
      end++;
    }
    end = Math.min(end, text.length());
    String cell = text.substring(from, end);
    boolean isNull = (unquotedEscape == '\\' || quotedEscape == '\\') && cell.equals(NULL);
    cells.add(isNull ? null : escapes ? unescaped(cell) : cell);
    return end;
  }

  private int quoted(String text, int from, List<@Nullable String> cells)
      throws InvalidRecordException {
    StringBuilder cell = new StringBuilder();
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean more = at + 1 < text.length();
      if (c == quote) {
        if (!more || text.charAt(at + 1) != quote) {
          break;
        }
        cell.append(quote);
        at += 2;
      } else if (c == quotedEscape && c != NONE && more && isEscapable(text.charAt(at + 1))) {
        cell.append(text.charAt(at + 1));
        at += 2;
      } else if (c == quotedEscape && c != NONE && more) {
        cell.append(c).append(text.charAt(at + 1));
        at += 2;
      } else {
        cell.append(c);
        at++;
      }
    }
    at++;
    while (at < text.length() && text.charAt(at) != delimiter) {
      if (!Character.isWhitespace(text.charAt(at))) {
        throw new InvalidRecordException(
            "text between a closing quote and the delimiter; double the quotes within a field, or"
                + " say how they are written (source.escape, source.quote)");
      }
      at++;
    }
    cells.add(cell.toString());
    return Math.min(at, text.length());
  }

  private String unescaped(String cell) {
    StringBuilder plain = new StringBuilder(cell.length());
    for (int i = 0; i < cell.length(); i++) {
      char c = cell.charAt(i);
      if (c == unquotedEscape && i + 1 < cell.length()) {
        i++;
        if (!isEscapable(cell.charAt(i))) {
          plain.append(c);
        }
        plain.append(cell.charAt(i));
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /**
   * Returns whether a character is literal after an escape; before any other, the escape is itself
   * literal.
   */
  private boolean isEscapable(char c) {
    return c == quotedEscape
        || c == unquotedEscape
        || c == quote
        || c == delimiter
        || c == '\n'
        || c == '\r';
  }
}
