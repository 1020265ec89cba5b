package io.beambatch.json;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    JsonWalk walk = json.walk();
    visit(walk, root, found);
    walk.end();
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
    JsonWalk walk = array.walk();
    for (boolean more = walk.open(']'); more; more = walk.more(']')) {
      walk.peek();
      int from = walk.position();
      walk.value();
      elements.add(walk.since(from));
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

  private static void visit(JsonWalk walk, Node node, @Nullable JsonSlice[] found)
      throws IOException {
    byte first = walk.peek();
    int from = walk.position();
    if (first == '{' && node.hasChildren()) {
      for (boolean more = walk.open('}'); more; more = walk.more('}')) {
        walk.name();
        visitChild(walk, node.field(walk), found);
      }
    } else if (first == '[' && node.hasChildren()) {
      int index = 0;
      for (boolean more = walk.open(']'); more; more = walk.more(']')) {
        visitChild(walk, node.element(index), found);
        index++;
      }
    } else {
      walk.value();
    }
    if (node.isWanted()) {
      node.found(walk.since(from), found);
    }
  }

  private static void visitChild(JsonWalk walk, @Nullable Node child, @Nullable JsonSlice[] found)
      throws IOException {
    if (child == null) {
      walk.value();
    } else {
      visit(walk, child, found);
    }
  }

  /**
   * @param quoted the name in quotes, as most texts have it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Field(String name, byte[] quoted, Node node) {}

  private static final class Node {
    /** Few, and most names differ from them in length: a map would take longer. */
    private Field[] fields = {};

    private final Map<Integer, Node> elements = new HashMap<>();
    private int[] slots = {};

    /** A pointer's segment may name a field or, if it is a number, an element. */
    Node childFor(JsonPointer segment) {
      String name = segment.getMatchingProperty();
      Node child =
          Arrays.stream(fields)
              .filter(field -> field.name.equals(name))
              .findFirst()
              .orElseGet(() -> addField(name))
              .node;
      if (segment.mayMatchElement()) {
        elements.putIfAbsent(segment.getMatchingIndex(), child);
      }
      return child;
    }

    private Field addField(String name) {
      byte[] quoted = ('"' + name + '"').getBytes(StandardCharsets.UTF_8);
      fields = Arrays.copyOf(fields, fields.length + 1);
      fields[fields.length - 1] = new Field(name, quoted, new Node());
      return fields[fields.length - 1];
    }

    /** The child for the member that the walk is at. */
    @Nullable Node field(JsonWalk walk) {
      for (Field field : fields) {
        if (walk.isNamed(field.name, field.quoted)) {
          return field.node;
        }
      }
      return null;
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
      return fields.length > 0;
    }
  }
}
