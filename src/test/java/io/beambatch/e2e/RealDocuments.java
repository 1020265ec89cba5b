package io.beambatch.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.cli.Workplace;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Documents as real ones are: nested, in many scripts, with gaps, nulls, numbers that a double
 * can't hold, names that tables don't take, and fields that are now one thing and now another.
 */
final class RealDocuments {
  private static final List<String> TEXTS =
      List.of(
          "Boils a full litre in two minutes.",
          "Größe passt – schöner Stoff, „sehr“ weich",
          "とても良い商品です。また買います",
          "Отлично, рекомендую! 👍🏽👩‍👩‍👧",
          "line one\nline two\ttabbed, \"quoted\" and \\slashed\\",
          "مرحبا بالعالم",
          "comma, semicolon; pipe| and a trailing space ");

  private final Random random;

  RealDocuments(long seed) {
    this.random = new Random(seed);
  }

  /** A document, whose id is its number. */
  ObjectNode next(int number) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("id", "doc-" + number);
    document.put("text", text() + " #" + number);
    document.put("created", Instant.ofEpochMilli(1_600_000_000_000L + random.nextInt()).toString());
    document.put("big", random.nextLong());
    document.put("stars", random.nextInt(6));
    document.put("ratio", random.nextBoolean() ? random.nextInt(3) : random.nextGaussian());
    document.put("price", new BigDecimal(BigInteger.valueOf(random.nextLong()), 2));
    document.put("exact", new BigDecimal(new BigInteger(120, random), 20));
    document.put("verified", random.nextBoolean());
    sometimes(document, "note", JsonNodeFactory.instance.textNode(text()));
    sometimes(document, "first name", JsonNodeFactory.instance.textNode("Zoë"));
    document.set("mixed", mixed());
    ObjectNode author = document.putObject("author");
    author.put("name", text());
    sometimes(author, "age", JsonNodeFactory.instance.numberNode(random.nextInt(99)));
    ObjectNode place = author.putObject("home").putObject("place");
    place.put("lat", random.nextDouble() * 180 - 90).put("lon", random.nextDouble() * 360 - 180);
    ArrayNode tags = document.putArray("tags");
    ArrayNode visits = document.putArray("visits");
    for (int i = random.nextInt(4); i > 0; i--) {
      tags.add(random.nextInt(5) == 0 ? null : text());
      ObjectNode visit = visits.addObject();
      visit.put("at", "2024-0" + (1 + random.nextInt(9)) + "-11");
      sometimes(visit, "seconds", JsonNodeFactory.instance.numberNode(random.nextInt(1_000)));
    }
    return document;
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private void sometimes(ObjectNode object, String field, JsonNode value) {
    switch (random.nextInt(3)) {
      case 0 -> object.set(field, value);
      case 1 -> object.putNull(field);
      default -> {}
    }
  }

  private JsonNode mixed() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (random.nextInt(4)) {
      case 0 -> json.numberNode(random.nextInt());
      case 1 -> json.textNode(text());
      case 2 -> json.arrayNode().add(1).add("two");
      default -> json.objectNode().put("a", true);
    };
  }

  /** Whether a document is another, but for nulls, which tables have where a field is missing. */
  static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue()) == 0;
    }
    if (one.isArray() && other.isArray()) {
      boolean same = one.size() == other.size();
      for (int i = 0; same && i < one.size(); i++) {
        same = same(one.get(i), other.get(i));
      }
      return same;
    }
    if (one.isObject() && other.isObject()) {
      return covers(one, other) && covers(other, one);
    }
    return one.equals(other);
  }

  private static boolean covers(JsonNode one, JsonNode other) {
    return one.properties().stream()
        .allMatch(
            field -> {
              JsonNode value = other.path(field.getKey());
              return field.getValue().isNull()
                  ? value.isNull() || value.isMissingNode()
                  : same(field.getValue(), value);
            });
  }

  /** Whether a cell of a table without types holds a value, as a text. */
  static boolean inCell(JsonNode value, String cell) throws java.io.IOException {
    if (value.isNull() || value.isMissingNode()) {
      return cell.isEmpty();
    }
    if (value.isNumber()) {
      return new BigDecimal(cell).compareTo(value.decimalValue()) == 0;
    }
    return value.isContainerNode()
        ? same(value, Workplace.JSON.readTree(cell))
        : cell.equals(value.asText());
  }
}
