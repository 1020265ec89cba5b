package io.beambatch.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/**
 * Creates the factories with which all JSON of documents, answers and replies is parsed. Texts and
 * numbers may have any length, nesting is limited to 1,000 levels, errors never quote the input,
 * and bytes are read as UTF-8 whatever they begin with.
 */
public final class Json {
  /** The most levels of nesting. */
  static final int DEPTH = 1000;

  /** The most bytes of a name in an object, with its quotes. */
  static final int LONGEST_NAME = 50_000;

  /** For parsers and generators; mappers need their own, see {@link #mapper}. */
  public static final JsonFactory FACTORY = limited(DEPTH, Integer.MAX_VALUE);

  private Json() {}

  /** Opens a parser for a value; byte offsets are counted from {@code from}. */
  public static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
    return FACTORY.createParser(bytes, from, to - from);
  }

  /**
   * A mapper that keeps every digit of a number.
   *
   * @param digits of the longest number: arithmetic on long ones is slow
   */
  public static JsonMapper.Builder mapper(int digits) {
    return JsonMapper.builder(limited(DEPTH, digits))
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
  }

  /**
   * A factory with other limits.
   *
   * @param depth the maximum levels of nesting
   * @param digits of the longest number
   */
  public static JsonFactory limited(int depth, int digits) {
    return JsonFactory.builder()
        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        // A leading NUL must not turn UTF-8 into UTF-32.
        .disable(JsonFactory.Feature.CHARSET_DETECTION)
        // Field names may be data: interned names would never be freed.
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxStringLength(Integer.MAX_VALUE)
                .maxNestingDepth(depth)
                .maxNumberLength(digits)
                .build())
        .build();
  }
}
