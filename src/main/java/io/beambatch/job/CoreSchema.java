package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Resolves unquoted YAML scalars: null, true, false, a decimal number, or else a text. These are
 * the rules of YAML 1.2's core schema. In YAML 1.1, {@code no} is false, {@code 1:30} is 90 and
 * {@code 2026-01-01} is a date, which would change texts that are meant for a model.
 */
final class CoreSchema {
  static final String STRING = "tag:yaml.org,2002:str";
  private static final String NULL = "tag:yaml.org,2002:null";
  private static final String BOOL = "tag:yaml.org,2002:bool";
  private static final String INT = "tag:yaml.org,2002:int";
  private static final String FLOAT = "tag:yaml.org,2002:float";

  private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern EMPTY_VALUE = Pattern.compile("~|null|Null|NULL|");

  /** Longer numbers are not quantities, and slow to parse. */
  private static final int MAX_DIGITS = 40;

  private CoreSchema() {}

  /** The tag of an unquoted scalar. */
  static String tag(String text) {
    if (EMPTY_VALUE.matcher(text).matches()) {
      return NULL;
    }
    if (BOOLEAN.matcher(text).matches()) {
      return BOOL;
    }
    if (INTEGER.matcher(text).matches()) {
      return INT;
    }
    return DECIMAL.matcher(text).matches() ? FLOAT : STRING;
  }

  static boolean isNumber(String tag) {
    return tag.equals(INT) || tag.equals(FLOAT);
  }

  /** The JSON value of a scalar with this tag; empty if the text doesn't fit the tag. */
  static Optional<JsonNode> value(String tag, String text) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    if (tag.equals(STRING)) {
      return Optional.of(json.textNode(text));
    }
    if (tag.equals(NULL)) {
      return Optional.of(json.nullNode());
    }
    if (tag.equals(BOOL) && BOOLEAN.matcher(text).matches()) {
      return Optional.of(json.booleanNode(Boolean.parseBoolean(text)));
    }
    if (tag.equals(INT) && text.length() <= MAX_DIGITS && INTEGER.matcher(text).matches()) {
      return Optional.of(integer(new BigInteger(text)));
    }
    if (tag.equals(FLOAT) && text.length() <= MAX_DIGITS && DECIMAL.matcher(text).matches()) {
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
