package io.beambatch.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.samskivert.mustache.MustacheException;
import com.samskivert.mustache.Template;
import io.beambatch.document.Document;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.Json;
import io.beambatch.provider.Endpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A job's compiled request body: constant JSON text with templates in between. {@link
 * RequestRenderer} fills it in for each document. Not thread-safe.
 */
final class RequestTemplate {
  /** The key of a mapping that is replaced by the JSON value of a field. */
  private static final String FIELD = "$field";

  /** The tokens of a chat besides its texts: those of the chat and of a message. */
  private static final long FRAME_TOKENS = 7;

  private static final JsonMapper MAPPER = Json.mapper(Integer.MAX_VALUE).build();

  private final List<String> constants = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final TokenEstimator tokens;
  private final MediaTokens media;
  private final Endpoint endpoint;
  private final ObjectNode body;
  private long constantTokens = FRAME_TOKENS;

  /**
   * Compiles a body.
   *
   * @param imageTokens the tokens of each image, or 0 to use the model's rule
   */
  RequestTemplate(RequestSpec spec, long imageTokens) {
    tokens = TokenEstimator.forModel(spec.model());
    media = new MediaTokens(spec.model(), imageTokens, tokens);
    endpoint = spec.target();
    this.body = spec.body();
    StringBuilder text = new StringBuilder();
    boolean named = spec.frame().modelInBody();
    text.append('{');
    if (named) {
      text.append("\"model\":");
      text.append(RequestJson.of(TextNode.valueOf(spec.model())));
    }
    appendFields(spec.body(), text, named);
    constants.add(text.append('}').toString());
  }

  /**
   * Renders the request for a document.
   *
   * @throws RenderException if a field that the templates name is missing or null
   */
  Request render(Document document) throws RenderException {
    ObjectNode fields = parse(document);
    StringBuilder text = new StringBuilder(document.json().length() + 256);
    long estimate = constantTokens;
    for (int i = 0; i < slots.size(); i++) {
      text.append(constants.get(i));
      estimate += slots.get(i).append(fields, document, text);
    }
    text.append(constants.get(slots.size()));
    return new Request(document, text.toString(), estimate, weight(fields));
  }

  /** If an embedding's inputs are a field's value, their number differs between documents. */
  private int weight(ObjectNode fields) {
    String inputs = endpoint.inputsPointer();
    if (inputs == null || !isFieldValue(body.at(inputs))) {
      return endpoint.weight(body);
    }
    ObjectNode filled = MAPPER.createObjectNode();
    filled.set(inputs.substring(1), find(fields, body.at(inputs).path(FIELD).textValue()));
    return endpoint.weight(filled);
  }

  /** Parses only the fields that some template could name; the others need not be held. */
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
    try {
      return template.execute(fields);
    } catch (MustacheException.Context e) {
      throw missing(e.key, find(fields, e.key), document);
    }
  }

  private static RenderException missing(String field, JsonNode found, Document document)
      throws RenderException {
    return new RenderException(
        "the request needs the field '"
            + field
            + "', which the document "
            + (found.isNull() ? "has as null" : "doesn't have")
            + "; it has "
            + fieldNames(document));
  }

  private static JsonNode find(ObjectNode fields, String key) {
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
    if (isFieldValue(node)) {
      String path = node.path(FIELD).textValue();
      names.add(path.split("\\.", 2)[0]);
      addSlot((fields, document, body) -> appendField(path, fields, document, body), text);
    } else if (MediaTokens.isPart(node)) {
      appendPart(node, text);
    } else if (node.isObject()) {
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
      Template template = JsonContext.compile(node.textValue());
      template.visit(new TemplateFields(names));
      addSlot((fields, document, body) -> appendText(template, fields, document, body), text);
    } else {
      if (node.isTextual()) {
        constantTokens += tokens.estimate(node.textValue());
      }
      text.append(RequestJson.of(node));
    }
  }

  /** A media part is rendered as a whole, because its tokens depend on all of it. */
  private void appendPart(JsonNode part, StringBuilder text) {
    Map<String, Template> templates = new HashMap<>();
    if (compile(part, templates)) {
      addSlot(
          (fields, document, body) -> {
            JsonNode value = filled(part, templates, fields, document);
            RequestJson.append(value, body);
            return media.of(value);
          },
          text);
    } else {
      constantTokens += media.of(part);
      text.append(RequestJson.of(part));
    }
  }

  /** Compiles the templates of a value; false if it has none. */
  private boolean compile(JsonNode node, Map<String, Template> templates) {
    if (isFieldValue(node)) {
      names.add(node.path(FIELD).textValue().split("\\.", 2)[0]);
      return true;
    }
    if (node.isTextual() && node.textValue().contains("{{")) {
      Template template = JsonContext.compile(node.textValue());
      template.visit(new TemplateFields(names));
      templates.put(node.textValue(), template);
      return true;
    }
    boolean found = false;
    for (JsonNode child : node) {
      found |= compile(child, templates);
    }
    return found;
  }

  private static JsonNode filled(
      JsonNode node, Map<String, Template> templates, ObjectNode fields, Document document)
      throws RenderException {
    if (isFieldValue(node)) {
      return value(node.path(FIELD).textValue(), fields, document);
    }
    if (node.isObject()) {
      ObjectNode object = MAPPER.createObjectNode();
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        object.set(field.getKey(), filled(field.getValue(), templates, fields, document));
      }
      return object;
    }
    if (node.isArray()) {
      ArrayNode array = MAPPER.createArrayNode();
      for (JsonNode element : node) {
        array.add(filled(element, templates, fields, document));
      }
      return array;
    }
    Template template = node.isTextual() ? templates.get(node.textValue()) : null;
    return template == null ? node : TextNode.valueOf(fill(template, fields, document));
  }

  private void addSlot(Slot slot, StringBuilder text) {
    constants.add(text.toString());
    text.setLength(0);
    slots.add(slot);
  }

  private long appendText(
      Template template, ObjectNode fields, Document document, StringBuilder body)
      throws RenderException {
    String value = fill(template, fields, document);
    RequestJson.quote(value, body);
    return tokens.estimate(value);
  }

  private static JsonNode value(String path, ObjectNode fields, Document document)
      throws RenderException {
    JsonNode value = find(fields, path);
    if (value.isMissingNode() || value.isNull()) {
      throw missing(path, value, document);
    }
    return value;
  }

  /** Appends the JSON of a field. */
  private long appendField(String path, ObjectNode fields, Document document, StringBuilder body)
      throws RenderException {
    JsonNode value = value(path, fields, document);
    int start = body.length();
    RequestJson.append(value, body);
    return media.of(value, body.substring(start));
  }

  /**
   * Returns whether a node of the body is replaced by the value of a field, such as {@code {$field:
   * tags}}.
   */
  private static boolean isFieldValue(JsonNode node) {
    return node.isObject() && node.size() == 1 && node.path(FIELD).isTextual();
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
      text.append(RequestJson.of(TextNode.valueOf(field.getKey())));
      text.append(':');
      append(field.getValue(), text);
    }
  }

  /** A place that is filled in for each document. */
  @FunctionalInterface
  private interface Slot {
    /** Appends its JSON to a body; returns its estimated tokens. */
    long append(ObjectNode fields, Document document, StringBuilder body) throws RenderException;
  }
}
