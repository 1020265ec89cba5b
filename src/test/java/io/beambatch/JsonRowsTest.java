package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedBytes;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.FixedString;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosDuration;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JsonRowsTest {
  private static final EnumerationType MOODS = EnumerationType.create("GOOD", "BAD");

  private static final Schema INNER =
      Schema.builder().addStringField("x").addNullableField("y", FieldType.INT32).build();

  @ParameterizedTest
  @MethodSource
  void aRowThatWasWrittenAndReadIsTheSame(FieldType type, Object value, String json)
      throws Exception {
    Schema schema = Schema.builder().addField("f", type).build();
    Row row = Row.withSchema(schema).addValue(value).build();
    JsonRows rows = new JsonRows(schema);

    assertThat(rows.json(row)).isEqualTo("{\"f\":" + json + "}");
    Row read = rows.read(rows.json(row)).row();
    assertThat(read).isEqualTo(row);
    assertThat(read.<Object>getValue(0)).hasToString(String.valueOf(value));
  }

  static Stream<Arguments> aRowThatWasWrittenAndReadIsTheSame() {
    return Stream.of(
        Arguments.of(FieldType.BYTE, (byte) -3, "-3"),
        Arguments.of(FieldType.INT16, (short) -3, "-3"),
        Arguments.of(FieldType.INT64, Long.MIN_VALUE, "-9223372036854775808"),
        Arguments.of(FieldType.FLOAT, 1.1f, "1.1"),
        Arguments.of(FieldType.FLOAT, Float.NaN, "\"NaN\""),
        Arguments.of(FieldType.DOUBLE, 1.0 / 3, "0.3333333333333333"),
        Arguments.of(FieldType.DOUBLE, -0.0, "-0.0"),
        Arguments.of(FieldType.DOUBLE, Double.NEGATIVE_INFINITY, "\"-Infinity\""),
        Arguments.of(
            FieldType.DECIMAL,
            new BigDecimal("123456789012345678901234567890.1200"),
            "123456789012345678901234567890.1200"),
        Arguments.of(FieldType.STRING, "ä😀", "\"ä😀\""),
        Arguments.of(
            FieldType.DATETIME,
            org.joda.time.Instant.ofEpochMilli(1_700_000_000_123L),
            "\"2023-11-14T22:13:20.123Z\""),
        Arguments.of(
            FieldType.array(FieldType.STRING.withNullable(true)),
            Arrays.asList("a", null),
            "[\"a\",null]"),
        Arguments.of(FieldType.iterable(FieldType.DOUBLE), List.of(0.5), "[0.5]"),
        Arguments.of(
            FieldType.map(FieldType.STRING, FieldType.INT64), Map.of("k", 1L), "{\"k\":1}"),
        Arguments.of(
            FieldType.array(FieldType.row(INNER)),
            List.of(Row.withSchema(INNER).addValues("q", null).build()),
            "[{\"x\":\"q\",\"y\":null}]"),
        Arguments.of(
            FieldType.logicalType(new MicrosInstant()),
            Instant.parse("2023-11-14T22:13:20.123456Z"),
            "\"2023-11-14T22:13:20.123456Z\""),
        Arguments.of(
            FieldType.logicalType(new NanosInstant()),
            Instant.parse("2023-11-14T22:13:20.123456789Z"),
            "\"2023-11-14T22:13:20.123456789Z\""),
        Arguments.of(
            FieldType.logicalType(new NanosDuration()),
            java.time.Duration.ofSeconds(3, 5),
            "{\"seconds\":3,\"nanos\":5}"),
        Arguments.of(
            FieldType.logicalType(SqlTypes.DATE), LocalDate.of(2026, 1, 31), "\"2026-01-31\""),
        Arguments.of(
            FieldType.logicalType(SqlTypes.DATETIME),
            LocalDateTime.of(2026, 1, 31, 1, 2, 3),
            "\"2026-01-31T01:02:03\""),
        Arguments.of(FieldType.logicalType(SqlTypes.TIME), LocalTime.of(1, 2, 3), "\"01:02:03\""),
        Arguments.of(
            FieldType.logicalType(SqlTypes.UUID),
            UUID.fromString("6c4575a1-9c06-406a-8b68-cf6ef3b98645"),
            "\"6c4575a1-9c06-406a-8b68-cf6ef3b98645\""),
        Arguments.of(FieldType.logicalType(MOODS), MOODS.valueOf("BAD"), "\"BAD\""),
        Arguments.of(FieldType.logicalType(FixedString.of(3)), "abc", "\"abc\""),
        Arguments.of(FieldType.logicalType(VariableString.of(3)), "ab", "\"ab\""),
        Arguments.of(
            FieldType.logicalType(FixedPrecisionNumeric.of(10, 2)),
            new BigDecimal("1.50"),
            "1.50"));
  }

  @ParameterizedTest
  @MethodSource
  void bytesAreBase64(FieldType type) throws Exception {
    Schema schema = Schema.builder().addField("f", type).build();
    Row row = Row.withSchema(schema).addValue(new byte[] {1, -2}).build();
    JsonRows rows = new JsonRows(schema);

    assertThat(rows.json(row)).isEqualTo("{\"f\":\"Af4=\"}");
    assertThat(rows.read(rows.json(row)).row()).isEqualTo(row);
  }

  static List<FieldType> bytesAreBase64() {
    return List.of(FieldType.BYTES, FieldType.logicalType(FixedBytes.of(2)));
  }

  @Test
  void aLoneSurrogateIsEscapedSoThatItIsFound() throws Exception {
    Schema schema = Schema.builder().addStringField("f").build();
    Row row = Row.withSchema(schema).addValue("ä\ud83d").build();

    assertThat(new JsonRows(schema).json(row)).isEqualTo("{\"f\":\"\\u00E4\\uD83D\"}");
  }

  @Test
  void fieldsThatTheSchemaDoesNotHaveAreKeptAsTheyStand() throws Exception {
    JsonRows.Read read =
        new JsonRows(INNER)
            .read(
                "{\"a\": 1.50,\"x\":\"q\", \"b\":[1, {\"c\":1E2}] ,\"d\":\"\\u00e4\", \"e\":null}");

    assertThat(read.row()).isEqualTo(Row.withSchema(INNER).addValues("q", null).build());
    assertThat(read.others())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("a", "1.50", "b", "[1, {\"c\":1E2}]", "d", "\"\\u00e4\"", "e", "null"));
  }

  @Test
  void longTextsAreReadWhole() throws Exception {
    String text = "ä".repeat(100_000);
    JsonRows.Read read =
        new JsonRows(INNER)
            .read(
                "{\"x\":\""
                    + text
                    + "\",\"other\":"
                    + new JsonMapper().writeValueAsString(text)
                    + "}");

    assertThat(read.row().getString("x")).isEqualTo(text);
    assertThat(read.others()).containsEntry("other", "\"" + text + "\"");
  }

  @Test
  void refusesATypeThatNoDocumentCanHave() {
    Schema inner = Schema.builder().addMapField("votes", FieldType.INT32, FieldType.STRING).build();
    Schema schema = Schema.builder().addArrayField("rounds", FieldType.row(inner)).build();

    assertThatThrownBy(() -> new JsonRows(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the field rounds.votes is a map with keys that are not strings");
  }

  @Test
  void saysWhichValueIsMissingAndShowsNone() {
    assertThatThrownBy(() -> new JsonRows(INNER).read("{\"y\":42}"))
        .hasMessageContaining("a value in the field x")
        .hasMessageNotContaining("42");
  }
}
