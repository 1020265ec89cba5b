package io.beambatch.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.schema.Shape.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects the shape of documents, one after the other. Sharding does so for sources without a
 * schema, whose tables get their columns from it.
 */
public final class ShapeCollector {
  /** BigQuery's maximum nesting of records; deeper values are kept as JSON. */
  static final int MOST_DEPTH = 15;

  private static final int EXACT_DIGITS = 15;
  private static final long EXACT_LONG = 1L << 53;

  private final Node root = new Node();
  private int size;

  /** Starts with nothing. */
  public ShapeCollector() {}

  /**
   * Adds a document.
   *
   * @throws IOException if there are too many fields for a schema
   */
  public void add(String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    try (JsonSource source = new JsonSource(bytes, 0, bytes.length)) {
      source.parser().nextToken();
      visit(source.parser(), root, 0);
    }
    if (size > Shape.MOST_IN_ALL) {
      throw tooMany();
    }
  }

  /** The shape collected so far. */
  public Shape shape() {
    return root.shape();
  }

  /** The error for a shape with too many fields. */
  public static IOException tooMany() {
    return new IOException(
        "the documents have more than "
            + Shape.MOST_IN_ALL
            + " different fields, too many for the columns of a table; use sink.type jsonl");
  }

  private void visit(JsonParser parser, Node node, int depth) throws IOException {
    Kind kind = kind(parser);
    if (kind == null) {
      node.nulls = true;
      return;
    }
    if (kind == Kind.OBJECT && depth > MOST_DEPTH) {
      kind = Kind.ANY;
    }
    node.kind = node.kind.with(kind);
    if (node.kind == Kind.OBJECT) {
      visitFields(parser, node, depth);
    } else if (node.kind == Kind.ARRAY) {
      if (node.items == null) {
        node.items = new Node();
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        visit(parser, node.items, depth + 1);
      }
    } else {
      forget(node);
      parser.skipChildren();
    }
  }

  private void visitFields(JsonParser parser, Node node, int depth) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      Node field = node.fields.get(name);
      if (field == null) {
        field = new Node();
        node.fields.put(name, field);
        size++;
      }
      parser.nextToken();
      visit(parser, field, depth + 1);
    }
    if (depth > 0 && node.fields.size() > Shape.MOST_FIELDS) {
      node.kind = Kind.ANY;
      forget(node);
    }
  }

  private void forget(Node node) {
    if (!node.fields.isEmpty() || node.items != null) {
      size -= node.shape().size();
      node.fields.clear();
      node.items = null;
    }
  }

  /** The kind of a value; null if the value is. */
  private static @Nullable Kind kind(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
      case VALUE_STRING -> Kind.STRING;
      case START_ARRAY -> Kind.ARRAY;
      case START_OBJECT -> Kind.OBJECT;
      case VALUE_NUMBER_INT -> whole(parser);
      case VALUE_NUMBER_FLOAT -> exact(parser) ? Kind.DOUBLE : Kind.ANY;
      default -> Kind.ANY;
    };
  }

  private static Kind whole(JsonParser parser) throws IOException {
    if (parser.getNumberType() == NumberType.BIG_INTEGER) {
      return Kind.ANY;
    }
    long value = parser.getLongValue();
    if (value == 0 && parser.getText().startsWith("-")) {
      return Kind.DOUBLE;
    }
    return value > EXACT_LONG || value < -EXACT_LONG ? Kind.BIG_LONG : Kind.LONG;
  }

  /** Returns whether a double represents all digits of a number. */
  private static boolean exact(JsonParser parser) throws IOException {
    String text = parser.getText();
    boolean plain = text.indexOf('e') < 0 && text.indexOf('E') < 0;
    if (plain && text.length() <= EXACT_DIGITS) {
      return true;
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      return false;
    }
    try {
      return new BigDecimal(text).compareTo(new BigDecimal(Double.toString(value))) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static final class Node {
    private Kind kind = Kind.NOTHING;
    private boolean nulls;
    private final Map<String, Node> fields = new LinkedHashMap<>();
    private @Nullable Node items;

    Shape shape() {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      fields.forEach((name, field) -> shapes.put(name, field.shape()));
      return new Shape(kind, nulls, shapes, items == null ? null : items.shape());
    }
  }
}
