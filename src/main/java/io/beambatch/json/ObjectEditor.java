package io.beambatch.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Inserts and drops top-level members of JSON objects, in bytes: the rest is copied unchanged,
 * numbers with their digits, strings with their escapes. Existing members with the names of
 * inserted ones are dropped first (a failed document that is read again contains its old {@code
 * _failure}).
 */
public final class ObjectEditor {
  private final List<byte[]> labels;
  private final byte[][] quoted;
  private final Set<String> dropped;

  private ObjectEditor(List<String> added, Set<String> dropped) {
    this.labels = added.stream().map(name -> quote(name, ":")).toList();
    this.quoted = dropped.stream().map(name -> quote(name, "")).toArray(byte[][]::new);
    this.dropped = dropped;
  }

  /**
   * An editor.
   *
   * @param added the names of the members that are appended
   * @param dropped the names of further members to drop
   */
  public static ObjectEditor of(List<String> added, List<String> dropped) {
    Set<String> all = new HashSet<>(added);
    all.addAll(dropped);
    return new ObjectEditor(added, all);
  }

  /**
   * Writes a document and its new members as one line.
   *
   * @param document one JSON object on one line
   * @param values one for each appended member
   * @throws IllegalArgumentException if the document is not an object in braces
   */
  public void writeLine(OutputStream out, JsonSlice document, List<JsonSlice> values)
      throws IOException {
    JsonSlice own = without(document);
    int open = 0;
    int close = own.length() - 1;
    while (open < close && blank(own.at(open))) {
      open++;
    }
    while (close > open && blank(own.at(close))) {
      close--;
    }
    if (close <= open || own.at(open) != '{' || own.at(close) != '}') {
      throw new IllegalArgumentException(
          "A document of " + document.length() + " bytes is not a JSON object in braces");
    }
    own.part(0, close).writeTo(out);
    boolean first = onlyBlanks(own, open + 1, close);
    for (int i = 0; i < labels.size(); i++) {
      if (!first) {
        out.write(',');
      }
      first = false;
      out.write(labels.get(i));
      values.get(i).writeTo(out);
    }
    out.write('}');
    out.write('\n');
  }

  /** The object without the members to drop; the same object if it has none. */
  public JsonSlice without(JsonSlice object) throws IOException {
    return mayHaveDropped(object) ? without(object, dropped) : object;
  }

  /**
   * An object without some of its members; every other byte from the first member on is unchanged.
   * Anything but a well-formed object is returned as it is.
   */
  public static JsonSlice without(JsonSlice object, Set<String> names) throws IOException {
    List<Member> members = new ArrayList<>();
    long end = 0;
    try (JsonParser parser = object.parser()) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return object;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        long start = parser.currentTokenLocation().getByteOffset();
        members.add(new Member(start, names.contains(parser.currentName())));
        parser.nextToken();
        object.value(parser);
      }
      end = parser.currentTokenLocation().getByteOffset();
    } catch (JsonProcessingException malformed) {
      // A document that failed because it can't be parsed has no members to drop.
      return object;
    }
    return members.stream().anyMatch(Member::dropped) ? kept(object, members, end) : object;
  }

  private static JsonSlice kept(JsonSlice object, List<Member> members, long closingBrace)
      throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(object.length());
    kept.write('{');
    int lastComma = -1;
    for (int i = 0; i < members.size(); i++) {
      boolean last = i == members.size() - 1;
      // A member extends to the next one, including the comma between them.
      long end = last ? closingBrace : members.get(i + 1).start();
      if (!members.get(i).dropped()) {
        JsonSlice member = object.part(members.get(i).start(), end);
        lastComma = last ? -1 : kept.size() + member.lastIndexOf((byte) ',');
        member.writeTo(kept);
      }
    }
    byte[] bytes =
        lastComma < 0 ? kept.toByteArray() : Arrays.copyOf(kept.toByteArray(), lastComma);
    byte[] closed = Arrays.copyOf(bytes, bytes.length + 1);
    closed[bytes.length] = '}';
    return JsonSlice.of(closed);
  }

  private boolean mayHaveDropped(JsonSlice object) {
    return object.containsAny(quoted);
  }

  private static boolean onlyBlanks(JsonSlice json, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!blank(json.at(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private static byte[] quote(String name, String after) {
    return ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + '"' + after)
        .getBytes(StandardCharsets.UTF_8);
  }

  private record Member(long start, boolean dropped) {}
}
