package io.beambatch.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts fields at the end of documents without touching the rest: the document's own bytes are
 * copied as they are. Fields of the same names that a document has already are taken out first (a
 * failed document that is fed in again brings its old {@code _failure}).
 */
public final class DocumentSplice {
  private final List<byte[]> labels;
  private final List<byte[]> quoted;
  private final Set<String> replaced;

  private DocumentSplice(List<String> added, Set<String> replaced) {
    this.labels = added.stream().map(name -> concat(quote(name), ":")).toList();
    this.quoted = replaced.stream().map(DocumentSplice::quote).toList();
    this.replaced = replaced;
  }

  /**
   * A splice.
   *
   * @param added the names of the fields that are put at the end
   * @param dropped the names of further fields to take out
   */
  public static DocumentSplice of(List<String> added, List<String> dropped) {
    Set<String> replaced = new HashSet<>(added);
    replaced.addAll(dropped);
    return new DocumentSplice(added, replaced);
  }

  /**
   * Writes a document and its new fields as one line.
   *
   * @param document one JSON object on one line
   * @param values one for each field that is added
   * @throws IllegalArgumentException if the document is not an object in braces
   */
  public void writeLine(OutputStream out, JsonSlice document, List<JsonSlice> values)
      throws IOException {
    JsonSlice own = mayHaveReplaced(document) ? withoutReplaced(document) : document;
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

  private boolean mayHaveReplaced(JsonSlice document) {
    for (byte[] name : quoted) {
      if (document.contains(name)) {
        return true;
      }
    }
    return false;
  }

  private JsonSlice withoutReplaced(JsonSlice document) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(document.length());
    boolean dropped = false;
    kept.write('{');
    try (JsonParser parser = document.parser()) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return document;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        long from = parser.currentTokenLocation().getByteOffset();
        boolean drop = replaced.contains(parser.currentName());
        dropped |= drop;
        parser.nextToken();
        JsonSlice value = document.value(parser);
        if (!drop) {
          if (kept.size() > 1) {
            kept.write(',');
          }
          document.part(from, document.length() - document.after(value).length()).writeTo(kept);
        }
      }
    } catch (JsonProcessingException malformed) {
      // A document that failed because it can't be parsed: it has no fields to take out.
      return document;
    }
    kept.write('}');
    return dropped ? JsonSlice.of(kept.toByteArray()) : document;
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

  private static byte[] quote(String name) {
    return ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + '"')
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] concat(byte[] quotedName, String colon) {
    return (new String(quotedName, StandardCharsets.UTF_8) + colon)
        .getBytes(StandardCharsets.UTF_8);
  }
}
