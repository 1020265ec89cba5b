package io.beambatch.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class JsonSchemaTypesTest {

  @Test
  void closedObjectsAreRecordsAndArraysOfOneTypeAreArrays() throws IOException {
    Schema type =
        of(
            """
            {"type": "object", "additionalProperties": false, "properties": {
              "label": {"enum": ["a", "b"]},
              "score": {"type": "number"},
              "count": {"type": ["integer", "null"]},
              "people": {"type": "array", "items": {"$ref": "#/$defs/person"}},
              "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
              "mixed": {"type": ["string", "integer"]}},
             "$defs": {"person": {"type": "object", "additionalProperties": false,
               "properties": {"first name": {"type": "string"}}}}}
            """);
    assertThat(
            AvroJson.of(type)
                .json(
                    AvroJson.of(type)
                        .record(
                            "{\"label\":\"a\",\"score\":1,\"count\":null,\"mixed\":[1],"
                                + "\"people\":[{\"first name\":\"x\"}]}")))
        .isEqualTo(
            "{\"label\":\"a\",\"score\":1.0,\"count\":null,\"people\":[{\"first name\":\"x\"}],"
                + "\"either\":null,\"mixed\":[1]}");
    assertThat(type.getField("score").schema().toString()).isEqualTo("[\"null\",\"double\"]");
    assertThat(type.getField("count").schema().toString()).isEqualTo("[\"null\",\"long\"]");
    assertThat(type.getField("label").schema().toString()).isEqualTo("[\"null\",\"string\"]");
    assertThat(type.getField("either").schema().toString()).isEqualTo("[\"null\",\"string\"]");
    assertThat(Types.isJson(Types.withoutNull(type.getField("mixed").schema()))).isTrue();
  }

  @Test
  void propertiesThatAnOpenObjectMayHaveBesideComeThrough() throws IOException {
    Schema type = of("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}");
    assertThat(type.getFields()).extracting(Schema.Field::name).containsExactly("a", "_other");
    AvroJson json = AvroJson.of(new Schema.Parser().parse(type.toString()));
    assertThat(json.json(json.record("{\"x\\\"\":[1, 2.50],\"a\":1,\"_other\":\"y\"}")))
        .isEqualTo("{\"a\":1,\"x\\\"\":[1, 2.50],\"_other\":\"y\"}");
    assertThat(json.json(json.record("{\"a\":1}"))).isEqualTo("{\"a\":1}");
  }

  @Test
  void whatHasNoOneTypeIsJson() throws IOException {
    for (String schema :
        List.of(
            "{}",
            "{\"type\":\"object\"}",
            "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}",
            "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}]}",
            "{\"type\":\"array\"}",
            "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}",
            "{\"enum\":[1,\"a\"]}",
            "{\"$ref\":\"#\"}",
            "{\"$ref\":\"#node\"}",
            "{\"$ref\":\"#/$defs/gone\"}")) {
      assertThat(Types.isJson(of(schema))).as(schema).isTrue();
    }
  }

  @Test
  void aSchemaThatHoldsItselfEndsInJson() throws IOException {
    Schema type =
        of(
            "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"object\",\"additionalProperties\":"
                + "false,\"properties\":{\"next\":{\"$ref\":\"#/$defs/n\"}}}}}");
    assertThat(Types.isJson(Types.withoutNull(type.getField("next").schema()))).isTrue();
  }

  private static Schema of(String schema) throws IOException {
    return JsonSchemaTypes.of(new JsonMapper().readTree(schema), "Answer", "ns");
  }
}
