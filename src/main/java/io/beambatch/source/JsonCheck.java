package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.beambatch.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/**
 * Decides from the beginning of a file whether it is the JSON that the job says: an object per
 * line, or an array. See {@link SourceCheck}.
 */
final class JsonCheck {
  /** If this many lines are not objects, it is no mistake in a single line. */
  private static final int LINES = 20;

  /** The same for a file that is seen completely. */
  private static final int LINES_OF_ALL = 3;

  private static final char RECORD_SEPARATOR = '\u001e';

  private static final String FIRST_ROW = "0";

  /** The output of pandas with {@code orient="split"} and {@code orient="table"}. */
  private static final Pattern SPLIT =
      Pattern.compile(
          "\\{\\s*(\"columns\"\\s*:\\s*\\[[^]]*]\\s*,\\s*\"index\"\\s*:\\s*\\["
              + "|\"schema\"\\s*:\\s*\\{\\s*\"fields\"\\s*:\\s*\\[\\s*\\{\\s*\"name\"\\s*:"
              + "\\s*\"index\")");

  private final SourceFile file;
  private final byte[] head;
  private final int start;

  /** Checks a file by its first {@link SourceCheck#LENGTH} bytes, or all if there are fewer. */
  JsonCheck(SourceFile file, byte[] head) {
    this.file = file;
    this.head = head;
    this.start = SourceCheck.firstOf(head);
  }

  /** Checks a file of JSON lines. */
  void lines() {
    if (begins('[') && !isClosedLine()) {
      throw wrong("is a JSON array, not one object a line; ", "jq -c '.[]'");
    }
    if (begins('{') && isPretty()) {
      byColumns();
      throw wrong("has JSON over several lines, not one object a line; ", "jq -c .");
    }
    byColumns();
    if (start < head.length) {
      objects();
    }
  }

  /** Checks a file of JSON values. */
  void values() {
    if (start < head.length && !begins('[') && !begins('{')) {
      throw new SourceException(
          file.path()
              + " is neither a JSON array nor a JSON object; set source.type to what it is, such as csv"
              + " or text");
    }
    byColumns();
  }

  private void byColumns() {
    if (begins('{') && isAlone() && (isByColumns() || isSplit())) {
      throw new SourceException(
          file.path()
              + " is a column-oriented table, as pandas writes it by default, so all of it would be"
              + " one document; write it with to_json(orient=\"records\", lines=True)");
    }
  }

  /** Returns whether the first value extends to the end of the checked bytes. */
  private boolean isAlone() {
    try (JsonParser parser = Json.parser(head, start, head.length)) {
      parser.nextToken();
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return e instanceof JsonEOFException;
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  /** Returns whether all fields are columns: objects of rows, numbered from 0. */
  private boolean isByColumns() {
    int columns = 0;
    try (JsonParser parser = Json.parser(head, start, head.length)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.nextToken() != JsonToken.START_OBJECT
            || !FIRST_ROW.equals(parser.nextFieldName())) {
          return false;
        }
        columns++;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          parser.skipChildren();
        }
      }
      return columns > 0;
    } catch (JsonProcessingException e) {
      return columns > 0;
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  private boolean isSplit() {
    return SPLIT.matcher(new String(head, start, head.length - start, UTF_8)).lookingAt();
  }

  /** Checks that some line is an object. */
  private void objects() {
    int lines = 0;
    String first = "";
    int from = start;
    int to = lastLineEnd();
    while (from < to) {
      int end = Math.min(to, lineEnd(from));
      String line = new String(head, from, end - from, UTF_8).strip();
      if (!line.isEmpty()) {
        if (values(from, end) == 1) {
          return;
        }
        first = lines == 0 ? line : first;
        lines++;
      }
      from = end + 1;
    }
    boolean several = begins('{') && values(start, Math.min(to, lineEnd(start))) > 1;
    if (several) {
      throw new SourceException(
          file.path()
              + " has several objects in a line; set source.type to json, which reads them");
    }
    boolean all =
        head.length < SourceCheck.LENGTH && (begins(RECORD_SEPARATOR) || !isBrokenObject(first));
    if (lines >= (all ? LINES_OF_ALL : LINES)) {
      throw noObjects(first, lines);
    }
  }

  /** Returns whether a line may be an object with a single mistake, rather than another format. */
  private static boolean isBrokenObject(String line) {
    return line.startsWith("{") && !line.startsWith("{'") && !line.endsWith("},");
  }

  private SourceException noObjects(String line, int lines) {
    String none = "none of its first " + lines + " lines is a JSON object";
    String lost = file.path() + ": " + none;
    if (begins(RECORD_SEPARATOR)) {
      return converted(
          lost + "; each begins with a record separator (RFC 7464)", "tr -d '\\036' <");
    }
    if (line.endsWith("},")) {
      return converted(lost + "; each ends with a comma", "sed 's/,$//'");
    }
    if (line.startsWith("{'")) {
      return new SourceException(
          lost + ", but a dictionary as Python shows it; write it with json.dumps");
    }
    if (line.startsWith("{")) {
      return new SourceException(lost + "; see what is wrong: jq . " + file.name());
    }
    return new SourceException(
        file.path()
            + " is not JSON: none of its first "
            + lines
            + " lines is an object; set source.type to what it is, such as csv or text");
  }

  private SourceException converted(String problem, String command) {
    return new SourceException(problem + ": " + file.converted("lines", command));
  }

  private SourceException wrong(String problem, String command) {
    return new SourceException(
        file.path()
            + " "
            + problem
            + "set source.type to json, or convert it: "
            + file.converted("lines", command));
  }

  private boolean begins(char c) {
    return start < head.length && head[start] == c;
  }

  /**
   * Returns whether the first line is a JSON value of its own, and others follow: a mistake in one
   * line.
   */
  private boolean isClosedLine() {
    int end = lineEnd(start);
    int next = end;
    while (next < head.length && Utf8.space(head[next])) {
      next++;
    }
    return next < head.length && head[next] == '{' && value(start, end) == Value.WHOLE;
  }

  /** Returns whether an object begins in one line and continues in the next ones. */
  private boolean isPretty() {
    int end = lineEnd(start);
    return end < head.length
        && value(start, end) == Value.OPEN
        && value(start, lastLineEnd()) != Value.BROKEN;
  }

  private int lineEnd(int from) {
    int end = from;
    while (end < head.length && head[end] != '\n') {
      end++;
    }
    return end;
  }

  /** The end of the last complete line; the checked bytes may end anywhere. */
  private int lastLineEnd() {
    int end = head.length;
    while (head.length == SourceCheck.LENGTH && end > 0 && head[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private Value value(int from, int to) {
    try (JsonParser parser = Json.parser(head, from, to)) {
      JsonToken first = parser.nextToken();
      if (first != null) {
        parser.skipChildren();
      }
      return parser.currentToken() == null ? Value.OPEN : Value.WHOLE;
    } catch (JsonEOFException e) {
      return Value.OPEN;
    } catch (JsonProcessingException e) {
      return Value.BROKEN;
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  /** The number of objects, or 0 if there is anything else. */
  private int values(int from, int to) {
    int objects = 0;
    try (JsonParser parser = Json.parser(head, from, to)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.START_OBJECT) {
          return 0;
        }
        parser.skipChildren();
        objects++;
      }
      return objects;
    } catch (JsonProcessingException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  private enum Value {
    WHOLE,
    OPEN,
    BROKEN
  }
}
