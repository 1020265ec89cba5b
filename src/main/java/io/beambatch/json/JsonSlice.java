package io.beambatch.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One JSON value in a buffer of UTF-8 bytes, which can be passed on without decoding: numbers keep
 * their digits and strings their escapes. It is valid until the buffer is reused.
 */
public final class JsonSlice {
  private final byte[] bytes;
  private final int start;
  private final int end;

  private JsonSlice(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /** The bytes from start (inclusive) to end (exclusive); not copied. */
  public static JsonSlice of(byte[] bytes, int start, int end) {
    return new JsonSlice(bytes, start, end);
  }

  /** A whole JSON text. */
  public static JsonSlice of(String json) {
    return of(json.getBytes(StandardCharsets.UTF_8));
  }

  /** A whole JSON text in UTF-8; not copied. */
  public static JsonSlice of(byte[] json) {
    return new JsonSlice(json, 0, json.length);
  }

  /**
   * A part of this slice, from start (inclusive) to end (exclusive), counted from its own start.
   */
  public JsonSlice part(long from, long to) {
    return new JsonSlice(bytes, start + Math.toIntExact(from), start + Math.toIntExact(to));
  }

  /** The part of this slice before another. */
  public JsonSlice before(JsonSlice part) {
    return new JsonSlice(bytes, start, part.start);
  }

  /** The part of this slice after another. */
  public JsonSlice after(JsonSlice part) {
    return new JsonSlice(bytes, part.end, end);
  }

  public int length() {
    return end - start;
  }

  /** A copy of its bytes. */
  public byte[] bytes() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** The byte at a position counted from the slice's own start. */
  public byte at(int position) {
    return bytes[start + position];
  }

  /** Returns whether the value is a string. */
  public boolean isText() {
    return startsWith('"');
  }

  /** Returns whether the value is an array. */
  public boolean isArray() {
    return startsWith('[');
  }

  /** Returns whether the value is {@code null}. */
  public boolean isNull() {
    return startsWith('n');
  }

  /** Returns whether it contains an escape. */
  public boolean hasEscapes() {
    return contains((byte) '\\');
  }

  /** A string's text; any other value's JSON. */
  public String text() throws IOException {
    if (!isText()) {
      return json();
    }
    if (!contains((byte) '\\')) {
      return new String(bytes, start + 1, length() - 2, StandardCharsets.UTF_8);
    }
    try (JsonParser parser = parser()) {
      parser.nextToken();
      return parser.getText();
    }
  }

  /** The value's JSON. */
  public String json() {
    return new String(bytes, start, length(), StandardCharsets.UTF_8);
  }

  /** Opens a parser; byte offsets are counted from the slice's own start. */
  public JsonParser parser() throws IOException {
    return Json.parser(bytes, start, end);
  }

  /** Begins a walk over its values. */
  JsonWalk walk() {
    return new JsonWalk(bytes, start, end);
  }

  /**
   * The value whose start the slice's own {@link #parser} is at; moves the parser to the value's
   * end. Strings of any length are not decoded.
   */
  public JsonSlice value(JsonParser parser) throws IOException {
    long from = parser.currentTokenLocation().getByteOffset();
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return part(from, endOfText(Math.toIntExact(from)));
    }
    parser.skipChildren();
    return part(from, parser.currentLocation().getByteOffset());
  }

  /** The names of an object's members, in order. */
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (JsonParser parser = parser()) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(parser.currentName());
        parser.nextToken();
        parser.skipChildren();
      }
    }
    return names;
  }

  /** Returns whether it is one well-formed JSON value, with nothing after it. */
  public boolean wellFormed() throws IOException {
    try (JsonParser parser = parser()) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException malformed) {
      return false;
    }
  }

  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, start, length());
  }

  /** Shows no contents. */
  @Override
  public String toString() {
    return "JsonSlice[" + length() + " bytes]";
  }

  /** Returns whether it contains one of these texts in quotes, in one pass. */
  boolean containsAny(byte[][] quoted) {
    for (int i = start; i < end; i++) {
      if (bytes[i] == '"' && matchesAny(quoted, i)) {
        return true;
      }
    }
    return false;
  }

  /** The last index of a byte, counted from the slice's own start; -1 if there is none. */
  int lastIndexOf(byte wanted) {
    int i = end - 1;
    while (i >= start && bytes[i] != wanted) {
      i--;
    }
    return i < start ? -1 : i - start;
  }

  /** The index after the closing quote; if there is none, the parser reports it. */
  private int endOfText(int from) {
    int i = start + from + 1;
    while (i < end && bytes[i] != '"') {
      i += bytes[i] == '\\' ? 2 : 1;
    }
    return Math.min(i + 1, end) - start;
  }

  private boolean matchesAny(byte[][] quoted, int position) {
    for (byte[] text : quoted) {
      int until = position + text.length;
      // The letter after the quote rules out most of them.
      if (until <= end
          && bytes[position + 1] == text[1]
          && Arrays.equals(bytes, position, until, text, 0, text.length)) {
        return true;
      }
    }
    return false;
  }

  private boolean contains(byte wanted) {
    for (int i = start; i < end; i++) {
      if (bytes[i] == wanted) {
        return true;
      }
    }
    return false;
  }

  private boolean startsWith(char c) {
    return start < end && bytes[start] == c;
  }
}
