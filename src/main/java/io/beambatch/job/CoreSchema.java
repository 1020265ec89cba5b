package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * What an unquoted YAML scalar means: null, true, false, a decimal number, or else a text. This is
 * the core schema of YAML 1.2; the older rules, by which {@code no} is false, {@code 1:30} is 90
 * and {@code 2026-01-01} is a date, change texts that are meant for a model.
 */
final class CoreSchema extends Resolver {
  private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern EMPTY_VALUE = Pattern.compile("~|null|Null|NULL|");

  /** Longer ones are no quantities, and are slow to read. */
  private static final int MAX_DIGITS = 40;

  @Override
  protected void addImplicitResolvers() {
    addImplicitResolver(Tag.NULL, EMPTY_VALUE, null);
    addImplicitResolver(Tag.BOOL, BOOLEAN, "tTfF");
    addImplicitResolver(Tag.INT, INTEGER, "-+0123456789");
    addImplicitResolver(Tag.FLOAT, DECIMAL, "-+.0123456789");
  }

  /** The JSON value of a scalar with this tag; empty if the text doesn't fit the tag. */
  static Optional<JsonNode> value(Tag tag, String text) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (tag.equals(Tag.STR)) {
      return Optional.of(json.textNode(text));
    }
    if (tag.equals(Tag.NULL)) {
      return Optional.of(json.nullNode());
    }
    if (tag.equals(Tag.BOOL) && BOOLEAN.matcher(text).matches()) {
      return Optional.of(json.booleanNode(Boolean.parseBoolean(text)));
    }
    if (tag.equals(Tag.INT) && text.length() <= MAX_DIGITS && INTEGER.matcher(text).matches()) {
      return Optional.of(integer(new BigInteger(text)));
    }
    if (tag.equals(Tag.FLOAT) && text.length() <= MAX_DIGITS && DECIMAL.matcher(text).matches()) {
      double number = Double.parseDouble(text);
      return Double.isInfinite(number) ? Optional.empty() : Optional.of(json.numberNode(number));
    }
    return Optional.empty();
  }

  private static JsonNode integer(BigInteger number) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (number.bitLength() < Integer.SIZE) {
      return json.numberNode(number.intValue());
    }
    return number.bitLength() < Long.SIZE
        ? json.numberNode(number.longValue())
        : json.numberNode(number);
  }
}
