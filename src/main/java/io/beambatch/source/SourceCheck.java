package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.beambatch.job.FileSource;
import io.beambatch.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Splitter;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, by the beginning of a file, whether it is what the job says: one error that names what
 * mends it, in place of as many failed documents as the file has records.
 */
final class SourceCheck {
  /** How much of a file is looked at. */
  static final int LENGTH = 1 << 16;

  /** So many lines that are no objects are no mistake in a line. */
  private static final int LINES = 20;

  private static final Pattern SEPARATOR = Pattern.compile("\"?sep=(.)\"?\\R");

  private final FileSource source;
  private final String type;

  SourceCheck(FileSource source) {
    this.source = source;
    this.type = source.format().name().toLowerCase(Locale.ROOT);
  }

  /** Checks the first bytes as they are stored. */
  void stored(SourceFile file, byte[] head) {
    Signature found = Signature.of(head);
    if (file.compressed()) {
      if (head.length > 0 && (found == null || !file.isCompressedAs(found.ending()))) {
        throw new SourceException(
            file.path()
                + " is not compressed as its name says, but is "
                + (found == null ? "something else" : found.words())
                + "; rename it to what it is");
      }
      return;
    }
    if (found != null && found.ending() != null) {
      throw new SourceException(
          file.path()
              + " is "
              + found.words()
              + ", which its name doesn't say; rename it to "
              + file.name()
              + found.ending());
    }
    unpacked(file, head);
  }

  /** Checks the first bytes of what is to be read. */
  void unpacked(SourceFile file, byte[] head) {
    Signature found = Signature.of(head);
    boolean schema = source.hasSchema();
    if (found != null && (!schema || !type.equals(found.type()))) {
      throw new SourceException(
          file.path()
              + " is "
              + found.words()
              + (found.type() == null
                  ? ", which can't be read; unpack or convert it to " + type
                  : ", not what 'type: " + type + "' reads; set source.type to " + found.type()));
    }
    if (!schema && Signature.isUtf16(head)) {
      throw new SourceException(
          file.path()
              + " is UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8 "
              + file.name()
              + " > utf8-"
              + file.name());
    }
    if (schema && found == null && head.length > 0) {
      throw new SourceException(
          file.path()
              + " is not what 'type: "
              + type
              + "' reads"
              + (looksLikeJson(head) ? ", but JSON; set source.type to jsonl or json" : "")
              + "; it doesn't begin as such files do");
    }
  }

  /** Checks the beginning of a file of JSON lines. */
  void jsonLines(SourceFile file, byte[] head) {
    int start = firstOf(head);
    if (start < head.length && head[start] == '[' && !isClosedLine(head, start)) {
      throw new SourceException(
          file.path()
              + " is a JSON array, not one object a line; set source.type to json, or convert it:"
              + " jq -c '.[]' "
              + file.name()
              + " > lines-"
              + file.name());
    }
    if (start < head.length && head[start] == '{' && isPretty(head, start)) {
      throw new SourceException(
          file.path()
              + " has JSON over several lines, not one object a line; set source.type to json, or"
              + " convert it: jq -c . "
              + file.name()
              + " > lines-"
              + file.name());
    }
    int lines = linesWithoutObject(head, start);
    if (lines >= LINES) {
      throw new SourceException(
          file.path()
              + " is no JSON: none of its first "
              + lines
              + " lines is an object; set source.type to what it is, such as csv or text");
    }
  }

  /** Checks the beginning of a file of JSON values. */
  void json(SourceFile file, byte[] head) {
    int start = firstOf(head);
    if (start < head.length && head[start] != '[' && head[start] != '{') {
      throw new SourceException(
          file.path()
              + " is no JSON array and no JSON object; set source.type to what it is, such as csv"
              + " or text");
    }
  }

  /** Checks the header of a CSV file, and returns it with names for columns that have none. */
  List<String> header(SourceFile file, List<@Nullable String> cells) {
    if (cells.size() == 1) {
      oneColumn(file, String.valueOf(cells.get(0)));
    }
    List<String> header = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String name = cell == null || cell.isBlank() ? "column_" + (i + 1) : cell;
      int same = header.indexOf(name);
      if (same >= 0) {
        throw header(
            file,
            "has the name '"
                + name
                + "' twice, for columns "
                + (same + 1)
                + " and "
                + (i + 1)
                + "; rename one");
      }
      header.add(name);
    }
    return header;
  }

  /** Whether a line is Excel's, which says the delimiter and is no header. */
  boolean isSeparatorLine(SourceFile file, String line) {
    Matcher separator = SEPARATOR.matcher(line);
    if (!separator.matches()) {
      return false;
    }
    String delimiter = separator.group(1);
    if (delimiter.charAt(0) != source.csv().delimiter()) {
      throw new SourceException(
          file.path()
              + " says sep="
              + delimiter
              + " in its first line; set source.delimiter to \""
              + (delimiter.equals("\t") ? "\\t" : delimiter)
              + "\"");
    }
    return true;
  }

  SourceException header(SourceFile file, String problem) {
    return new SourceException(file.path() + ": the header " + problem);
  }

  private void oneColumn(SourceFile file, String name) {
    if (name.stripLeading().startsWith("{\"") || name.stripLeading().startsWith("[{")) {
      throw new SourceException(
          file.path() + " is JSON, not CSV; set source.type to jsonl, or json for an array");
    }
    for (char other : new char[] {';', '\t', '|', ','}) {
      if (other != source.csv().delimiter() && name.indexOf(other) >= 0) {
        String delimiter = other == '\t' ? "\\t" : String.valueOf(other);
        throw new SourceException(
            file.path()
                + " has a header of one column, with '"
                + delimiter
                + "' in it; set source.delimiter to \""
                + delimiter
                + "\", or name the column without it");
      }
    }
  }

  private static boolean looksLikeJson(byte[] head) {
    int start = firstOf(head);
    return start < head.length && (head[start] == '{' || head[start] == '[');
  }

  /** The place of the first byte that is no white space. */
  private static int firstOf(byte[] head) {
    int at = Utf8.byteOrderMark(head);
    while (at < head.length && Utf8.space(head[at])) {
      at++;
    }
    return at;
  }

  /** Whether a line is a JSON value by itself, and others follow it: a mistake in a line. */
  private static boolean isClosedLine(byte[] head, int start) {
    int end = lineEnd(head, start);
    if (end == head.length) {
      return false;
    }
    int next = end;
    while (next < head.length && Utf8.space(head[next])) {
      next++;
    }
    return next < head.length && head[next] == '{' && value(head, start, end) == Value.WHOLE;
  }

  /** Whether an object begins in a line and goes on in those that follow. */
  private static boolean isPretty(byte[] head, int start) {
    int end = lineEnd(head, start);
    return end < head.length
        && value(head, start, end) == Value.OPEN
        && value(head, start, lastLineEnd(head)) != Value.BROKEN;
  }

  private static int lineEnd(byte[] head, int from) {
    int end = from;
    while (end < head.length && head[end] != '\n') {
      end++;
    }
    return end;
  }

  /** Behind the last whole line, where the beginning of a file may end anywhere. */
  private static int lastLineEnd(byte[] head) {
    int end = head.length;
    while (head.length == LENGTH && end > 0 && head[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private static Value value(byte[] head, int from, int to) {
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

  /** How many lines there are, of which none begins as an object; 0 if one does. */
  private static int linesWithoutObject(byte[] head, int start) {
    int lines = 0;
    String text = new String(head, start, head.length - start, UTF_8);
    for (String line : Splitter.on('\n').split(text)) {
      if (line.stripLeading().startsWith("{")) {
        return 0;
      }
      lines += line.isBlank() ? 0 : 1;
    }
    return lines;
  }

  private enum Value {
    WHOLE,
    OPEN,
    BROKEN
  }
}
