package io.beambatch.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;

class AvroJsonTest {
  @Property(tries = 2_000)
  void aRecordThatWasWrittenAndReadIsTheSameRecord(@ForAll long seed) throws IOException {
    RandomRecords random = new RandomRecords(seed);
    Schema schema = random.schema();
    AvroJson json = AvroJson.of(schema);
    GenericRecord record = random.record(schema);
    String text = json.json(record);
    assertThat(text).doesNotContain("\n");
    assertThat(new JsonMapper().readTree(text).isObject()).isTrue();
    GenericRecord read = json.record(text);
    assertThat(read).isEqualTo(record);
    assertThat(json.json(read)).isEqualTo(text);
  }

  @Test
  void valuesStandAsPeopleWriteThem() throws IOException {
    Schema decimal = LogicalTypes.decimal(10, 2).addToSchema(Schema.create(Schema.Type.BYTES));
    Schema schema =
        record(
            field("price", decimal),
            field("day", LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT))),
            field(
                "at", LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG))),
            field("raw", Schema.create(Schema.Type.BYTES)),
            field("ratio", Schema.create(Schema.Type.DOUBLE)),
            field("profile", Types.json()));
    GenericRecord record =
        new GenericRecordBuilder(schema)
            .set("price", ByteBuffer.wrap(new BigDecimal("1234.50").unscaledValue().toByteArray()))
            .set("day", 19_753)
            .set("at", 1_706_706_300_500_000L)
            .set("raw", ByteBuffer.wrap(new byte[] {0, 1, 2}))
            .set("ratio", Double.NaN)
            .set("profile", "{\"age\":\n 5}")
            .build();
    assertThat(AvroJson.of(schema).json(record))
        .isEqualTo(
            "{\"price\":1234.50,\"day\":\"2024-01-31\",\"at\":\"2024-01-31T13:05:00.500Z\","
                + "\"raw\":\"AAEC\",\"ratio\":\"NaN\",\"profile\":{\"age\":  5}}");
  }

  @Test
  void aUnionNamesATypeOnlyWhereTypesLookAlike() throws IOException {
    Schema clear =
        Schema.createUnion(
            Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.LONG), Types.string());
    Schema alike = Schema.createUnion(Types.string(), Schema.create(Schema.Type.BYTES));
    Schema schema = record(field("clear", clear), field("alike", alike));
    GenericRecord record =
        new GenericRecordBuilder(schema)
            .set("clear", 5L)
            .set("alike", ByteBuffer.wrap(new byte[1]))
            .build();
    assertThat(AvroJson.of(schema).json(record))
        .isEqualTo("{\"clear\":5,\"alike\":{\"bytes\":\"AA==\"}}");
  }

  @Test
  void whatDoesNotFitIsReportedByItsPlaceAndNotByItsValue() {
    Schema inner = record(field("n", Schema.create(Schema.Type.INT)));
    Schema schema =
        Schema.createRecord(
            "Outer", null, "ns", false, List.of(field("list", Schema.createArray(inner))));
    AvroJson json = AvroJson.of(schema);
    assertThatThrownBy(() -> json.record("{\"list\":[{\"n\":1},{\"n\":\"secret\"}]}"))
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            "field 'list[1].n': should be a whole number from -2147483648 to 2147483647, but is a"
                + " text");
    assertThatThrownBy(() -> json.record("{\"list\":[],\"more\":1}"))
        .hasMessage("field 'more': the schema has no such field");
    assertThatThrownBy(() -> json.record("{\"list\":[{}]}"))
        .hasMessage("field 'list[0].n': is missing, and the schema has no default");
    assertThatThrownBy(() -> json.record("{\"list\":[{\"n\":5000000000}]}"))
        .hasMessageContaining("but is another number")
        .hasMessageNotContaining("5000000000");
    assertThatThrownBy(() -> json.record("{\"list\":secret"))
        .hasMessageStartingWith("malformed JSON at byte")
        .hasMessageNotContaining("secret");
  }

  @Test
  void numbersFitIfTheirValueDoes() throws IOException {
    Schema decimal = LogicalTypes.decimal(5, 2).addToSchema(Schema.create(Schema.Type.BYTES));
    Schema schema = record(field("n", Schema.create(Schema.Type.LONG)), field("d", decimal));
    AvroJson json = AvroJson.of(schema);
    assertThat(json.json(json.record("{\"n\":1.0e3,\"d\":7}")))
        .isEqualTo("{\"n\":1000,\"d\":7.00}");
    assertThatThrownBy(() -> json.record("{\"n\":1e999999999,\"d\":0}"))
        .isInstanceOf(MismatchException.class);
    assertThatThrownBy(() -> json.record("{\"n\":1,\"d\":1234.5}"))
        .hasMessageContaining("at most 5 digits");
    assertThatThrownBy(() -> json.record("{\"n\":1,\"d\":0.001}"))
        .hasMessageContaining("2 of them after the decimal point");
  }

  @Test
  void timesThatAreOutOfADayAreReportedByTheirField() {
    Schema schema =
        record(field("t", LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT))));
    GenericRecord record = new GenericRecordBuilder(schema).set("t", 90_000_000).build();
    assertThatThrownBy(() -> AvroJson.of(schema).json(record))
        .hasMessage("field 't': the stored value can't be a time such as 13:45:00.5");
  }

  @Test
  void aRecordThatHoldsItselfComesThrough() throws IOException {
    Schema list =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"List\",\"fields\":["
                    + "{\"name\":\"value\",\"type\":\"int\"},"
                    + "{\"name\":\"next\",\"type\":[\"null\",\"List\"]}]}");
    String text = "{\"value\":1,\"next\":{\"value\":2,\"next\":null}}";
    AvroJson json = AvroJson.of(list);
    assertThat(json.json(json.record(text))).isEqualTo(text);
  }

  private static Schema record(Schema.Field... fields) {
    return Schema.createRecord("Record", null, "ns", false, List.of(fields));
  }

  private static Schema.Field field(String name, Schema type) {
    return new Schema.Field(name, type);
  }
}
