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
 * How JSON of documents, answers and replies is parsed: all of it goes through a factory made here.
 * Texts and numbers may be as long as they come, nesting is limited to 1,000 levels, errors never
 * quote what was parsed, and bytes are UTF-8 whatever they begin with.
 */
public final class Json {
  private static final int DEPTH = 1000;

  /** For parsers and generators; mappers need one of their own, see {@link #mapper}. */
  public static final JsonFactory FACTORY = limited(DEPTH, Integer.MAX_VALUE);

  private Json() {}

  /** Starts to read a value, token by token; byte offsets are counted from {@code from}. */
  public static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
    return FACTORY.createParser(bytes, from, to - from);
  }

  /**
   * A mapper that keeps every digit of a number.
   *
   * @param digits of the longest number: arithmetic on long ones takes long
   */
  public static JsonMapper.Builder mapper(int digits) {
    return JsonMapper.builder(limited(DEPTH, digits))
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
  }

  /**
   * The same with other limits.
   *
   * @param depth how many levels values may be nested
   * @param digits of the longest number
   */
  public static JsonFactory limited(int depth, int digits) {
    return JsonFactory.builder()
        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        // A NUL at the start makes no UTF-32 of what is UTF-8.
        .disable(JsonFactory.Feature.CHARSET_DETECTION)
        // Field names may be data: interned ones would never be freed.
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
