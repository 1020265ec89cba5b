package io.beambatch.request;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Writes values as the JSON of a request, on one line, whatever a reader considers a line end. It
 * rejects a text with a lone surrogate, which can't be encoded in UTF-8.
 */
final class RequestJson {
  private RequestJson() {}

  /** The JSON of a value of the job file. */
  static String of(JsonNode value) {
    StringBuilder text = new StringBuilder();
    try {
      append(value, text);
    } catch (RenderException e) {
      throw new IllegalArgumentException("request.body has half of a surrogate pair", e);
    }
    return text.toString();
  }

  /** Appends a value. */
  static void append(JsonNode value, StringBuilder body) throws RenderException {
    if (value.isTextual()) {
      quote(value.textValue(), body);
    } else if (value.isArray()) {
      String before = "[";
      for (JsonNode element : value) {
        body.append(before);
        append(element, body);
        before = ",";
      }
      body.append(value.isEmpty() ? "[]" : "]");
    } else if (value.isObject()) {
      String before = "{";
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        body.append(before);
        quote(field.getKey(), body);
        body.append(':');
        append(field.getValue(), body);
        before = ",";
      }
      body.append(value.isEmpty() ? "{}" : "}");
    } else {
      body.append(value);
    }
  }

  /**
   * Appends a quoted text.
   *
   * @throws RenderException if UTF-8 can't encode it
   */
  static void quote(String value, StringBuilder text) throws RenderException {
    text.append('"');
    if (isPlain(value)) {
      // The encoder appends char by char; most texts can be appended as they are.
      text.append(value);
    } else {
      int start = 0;
      for (int i = 0; i < value.length(); i++) {
        if (endsLine(value.charAt(i))) {
          JsonStringEncoder.getInstance().quoteAsString(value.substring(start, i), text);
          text.append(String.format("\\u%04x", (int) value.charAt(i)));
          start = i + 1;
        }
      }
      JsonStringEncoder.getInstance().quoteAsString(value.substring(start), text);
    }
    text.append('"');
  }

  /** Returns whether a text needs no escapes. It is checked for lone surrogates in one go. */
  private static boolean isPlain(String value) throws RenderException {
    boolean plain = true;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < '\u007f') {
        plain &= c >= ' ' && c != '"' && c != '\\';
      } else if (Character.isSurrogate(c)) {
        i++;
        if (i == value.length() || !Character.isSurrogatePair(c, value.charAt(i))) {
          throw new RenderException(
              "a field that the request needs has half of a surrogate pair, which is no character");
        }
      } else if (endsLine(c)) {
        plain = false;
      }
    }
    return plain;
  }

  /** Characters that JSON allows in a text, but that many readers treat as line ends. */
  private static boolean endsLine(char c) {
    return c == '\u0085' || c == '\u2028' || c == '\u2029';
  }
}
