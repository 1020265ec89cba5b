package io.beambatch.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.samskivert.mustache.MustacheException;
import com.samskivert.mustache.Template;
import io.beambatch.document.Document;
import io.beambatch.job.Endpoint;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A job's request body, compiled: constant JSON text with templates between. Not safe to share
 * between threads.
 */
final class RequestTemplate {
  /** What a chat costs on top of its texts, in tokens: its frame, and its message's. */
  private static final long FRAME_TOKENS = 7;

  private static final JsonMapper MAPPER = Json.mapper(Integer.MAX_VALUE).build();

  private final List<String> constants = new ArrayList<>();
  private final List<Template> slots = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final TokenEstimator tokens;
  private final int weight;
  private long constantTokens = FRAME_TOKENS;

  RequestTemplate(RequestSpec spec) {
    tokens = TokenEstimator.forModel(spec.model());
    weight = Endpoint.of(spec.endpoint()).weight(spec.body());
    StringBuilder text = new StringBuilder();
    text.append("{\"model\":");
    quote(spec.model(), text);
    appendFields(spec.body(), text, true);
    constants.add(text.append('}').toString());
  }

  /**
   * Makes the request that asks about a document.
   *
   * @throws RenderException if a field that the templates name is missing or null
   */
  Request render(Document document) throws RenderException {
    ObjectNode fields = parse(document);
    StringBuilder body = new StringBuilder(document.json().length() + 256);
    long estimate = constantTokens;
    for (int i = 0; i < slots.size(); i++) {
      String value = fill(slots.get(i), fields, document);
      estimate += tokens.estimate(value);
      body.append(constants.get(i));
      quote(value, body);
    }
    body.append(constants.get(slots.size()));
    return new Request(document, body.toString(), estimate, weight);
  }

  /** Only the fields that some template could name: the others need not be held. */
  private ObjectNode parse(Document document) throws RenderException {
    ObjectNode object = MAPPER.createObjectNode();
    try (JsonParser parser = MAPPER.createParser(document.json())) {
      parser.nextToken();
      for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
        parser.nextToken();
        if (names.contains(field)) {
          object.set(field, parser.readValueAsTree());
        } else {
          parser.skipChildren();
        }
      }
      return object;
    } catch (IOException e) {
      throw new RenderException("document " + document.id() + " is not a JSON object");
    }
  }

  private static String fill(Template template, ObjectNode fields, Document document)
      throws RenderException {
    String value;
    try {
      value = template.execute(fields);
    } catch (MustacheException.Context e) {
      throw new RenderException(
          "the request needs the field '"
              + e.key
              + "', which the document "
              + (reach(fields, e.key).isNull() ? "has as null" : "doesn't have")
              + "; it has "
              + fieldNames(document));
    }
    if (hasHalfAPair(value)) {
      throw new RenderException(
          "a field that the request needs has half of a surrogate pair, which is no character");
    }
    return value;
  }

  private static boolean hasHalfAPair(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        if (i + 1 == value.length()
            || !Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  private static JsonNode reach(ObjectNode fields, String key) {
    JsonNode node = fields;
    for (String step : key.split("\\.", -1)) {
      node = node.path(step);
    }
    return node;
  }

  private static String fieldNames(Document document) throws RenderException {
    List<String> found = new ArrayList<>();
    try {
      MAPPER.readTree(document.json()).fieldNames().forEachRemaining(found::add);
    } catch (JsonProcessingException e) {
      throw new RenderException("document " + document.id() + " is not a JSON object");
    }
    return found.size() > 20
        ? String.join(", ", found.subList(0, 20)) + ", …"
        : found.isEmpty() ? "no fields" : String.join(", ", found);
  }

  private void append(JsonNode node, StringBuilder text) {
    if (node.isObject()) {
      text.append('{');
      appendFields((ObjectNode) node, text, false);
      text.append('}');
    } else if (node.isArray()) {
      text.append('[');
      for (int i = 0; i < node.size(); i++) {
        if (i > 0) {
          text.append(',');
        }
        append(node.get(i), text);
      }
      text.append(']');
    } else if (node.isTextual() && node.textValue().contains("{{")) {
      constants.add(text.toString());
      text.setLength(0);
      Template template = JsonContext.compile(node.textValue());
      template.visit(new FieldNames(names));
      slots.add(template);
    } else {
      if (node.isTextual()) {
        constantTokens += tokens.estimate(node.textValue());
      }
      text.append(node);
    }
  }

  private void appendFields(ObjectNode object, StringBuilder text, boolean commaFirst) {
    boolean comma = commaFirst;
    Iterator<Map.Entry<String, JsonNode>> fields = object.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (comma) {
        text.append(',');
      }
      comma = true;
      quote(field.getKey(), text);
      text.append(':');
      append(field.getValue(), text);
    }
  }

  private static void quote(String value, StringBuilder text) {
    text.append('"');
    if (needsEscapes(value)) {
      JsonStringEncoder.getInstance().quoteAsString(value, text);
    } else {
      // The encoder appends char by char; most texts can go in one piece.
      text.append(value);
    }
    text.append('"');
  }

  private static boolean needsEscapes(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        return true;
      }
    }
    return false;
  }
}
