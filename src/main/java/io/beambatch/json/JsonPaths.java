package io.beambatch.json;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the values of several JSON pointers in one pass over a text, without decoding them. Time
 * grows with the length of the text, memory does not.
 */
public final class JsonPaths {
  private static final int MOST_DIGITS = 18;

  private final Node root = new Node();
  private final int size;

  private JsonPaths(List<String> pointers) {
    for (int slot = 0; slot < pointers.size(); slot++) {
      Node node = root;
      for (JsonPointer rest = JsonPointer.compile(pointers.get(slot));
          !rest.matches();
          rest = rest.tail()) {
        node = node.childFor(rest);
      }
      node.addSlot(slot);
    }
    size = pointers.size();
  }

  /** Compiles pointers. */
  public static JsonPaths of(List<String> pointers) {
    return new JsonPaths(pointers);
  }

  /** Compiles pointers. */
  public static JsonPaths of(String... pointers) {
    return new JsonPaths(List.of(pointers));
  }

  /**
   * The value of each pointer, in the order of the pointers; null if there is none or it is JSON's
   * {@code null}.
   *
   * @throws com.fasterxml.jackson.core.JsonProcessingException if it is not one well-formed value
   */
  public @Nullable JsonSlice[] find(JsonSlice json) throws IOException {
    @Nullable JsonSlice[] found = new JsonSlice[size];
    try (JsonParser parser = json.parser()) {
      if (parser.nextToken() == null) {
        throw new JsonParseException(parser, "empty");
      }
      visit(parser, root, json, found);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "more than one value");
      }
    }
    return found;
  }

  /**
   * The values in a line that the program itself wrote.
   *
   * @param what names the line in the error
   * @throws IllegalStateException if it is not one well-formed value
   */
  public @Nullable JsonSlice[] findIn(JsonSlice json, String what) throws IOException {
    try {
      return find(json);
    } catch (JsonProcessingException malformed) {
      // No cause: its message may quote the line.
      throw new IllegalStateException(
          what + " is not well-formed JSON; the file is not the one that was planned");
    }
  }

  /** The values of an array; none for any other value. */
  public static List<JsonSlice> elements(@Nullable JsonSlice array) throws IOException {
    List<JsonSlice> elements = new ArrayList<>();
    if (array == null || !array.isArray()) {
      return elements;
    }
    try (JsonParser parser = array.parser()) {
      parser.nextToken();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(array.value(parser));
      }
    }
    return elements;
  }

  /** A value's number, or the default if it isn't a non-negative integer. */
  public static long wholeNumber(@Nullable JsonSlice value, long otherwise) {
    if (value == null) {
      return otherwise;
    }
    long number = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.at(i) - '0';
      if (digit < 0 || digit > 9 || i == MOST_DIGITS) {
        return otherwise;
      }
      number = 10 * number + digit;
    }
    return number;
  }

  private static void visit(
      JsonParser parser, Node node, JsonSlice json, @Nullable JsonSlice[] found)
      throws IOException {
    if (!node.hasChildren() || !parser.currentToken().isStructStart()) {
      node.found(json.value(parser), found);
      return;
    }
    // Most of them are only on the way to a value: their own places aren't needed.
    long from = node.isWanted() ? parser.currentTokenLocation().getByteOffset() : -1;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        Node child = node.fields.get(parser.currentName());
        parser.nextToken();
        visitChild(parser, child, json, found);
      }
    } else {
      for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
        visitChild(parser, node.element(index), json, found);
      }
    }
    if (node.isWanted()) {
      node.found(json.part(from, parser.currentLocation().getByteOffset()), found);
    }
  }

  private static void visitChild(
      JsonParser parser, @Nullable Node child, JsonSlice json, @Nullable JsonSlice[] found)
      throws IOException {
    if (child == null) {
      parser.skipChildren();
    } else {
      visit(parser, child, json, found);
    }
  }

  private static final class Node {
    private final Map<String, Node> fields = new HashMap<>();
    private final Map<Integer, Node> elements = new HashMap<>();
    private int[] slots = {};

    /** A pointer's segment may name a field or, if it is a number, an element. */
    Node childFor(JsonPointer segment) {
      Node child = fields.computeIfAbsent(segment.getMatchingProperty(), name -> new Node());
      if (segment.mayMatchElement()) {
        elements.putIfAbsent(segment.getMatchingIndex(), child);
      }
      return child;
    }

    void addSlot(int slot) {
      slots = Arrays.copyOf(slots, slots.length + 1);
      slots[slots.length - 1] = slot;
    }

    @Nullable Node element(int index) {
      return elements.isEmpty() ? null : elements.get(index);
    }

    /** Returns whether a pointer ends here. */
    boolean isWanted() {
      return slots.length > 0;
    }

    void found(JsonSlice value, @Nullable JsonSlice[] found) {
      for (int slot : slots) {
        found[slot] = value.isNull() ? null : value;
      }
    }

    boolean hasChildren() {
      return !fields.isEmpty();
    }
  }
}
