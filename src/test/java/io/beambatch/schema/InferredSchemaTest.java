package io.beambatch.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class InferredSchemaTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  @Property(tries = 1_000)
  void everyDocumentFitsTheSchemaOfAllAndComesBackEqual(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<String> documents = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      documents.add(object(random, 0).toString());
    }
    Schema schema = InferredSchema.of(shape(documents));
    Schema stored = new Schema.Parser().parse(schema.toString());
    AvroJson json = AvroJson.of(stored);
    for (String document : documents) {
      String back = json.json(json.record(document));
      assertThat(withoutNulls(MAPPER.readTree(back)))
          .isEqualTo(withoutNulls(MAPPER.readTree(document)));
    }
  }

  @Property(tries = 300)
  void shapesMergeIntoTheSameInAnyOrder(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      documents.add(object(random, 0).toString());
    }
    Shape whole = shape(documents);
    Shape merged = Shape.NONE;
    for (int i = documents.size() - 1; i >= 0; i--) {
      merged = merged.merge(shape(List.of(documents.get(i))));
    }
    assertThat(merged).isEqualTo(whole);
    assertThat(MAPPER.readValue(MAPPER.writeValueAsString(whole), Shape.class)).isEqualTo(whole);
  }

  @Test
  void eachKindOfValueHasItsType() throws IOException {
    Schema schema =
        InferredSchema.of(
            shape(
                List.of(
                    "{\"b\":true,\"n\":1,\"x\":1.5,\"s\":\"a\",\"l\":[1,null],\"o\":{\"p\":1}}",
                    "{\"b\":null,\"n\":2,\"x\":3,\"s\":null,\"l\":[],\"o\":{\"q\":[]},\"m\":1}",
                    "{\"m\":\"1\",\"big\":9007199254740993,\"huge\":1e400,\"none\":null}",
                    "{\"big\":0.5,\"first name\":\"x\",\"first-name\":\"y\",\"e\":{}}")));
    assertThat(types(schema))
        .containsExactly(
            "b boolean",
            "n long",
            "x double",
            "s string",
            "l array",
            "o record",
            "m JSON",
            "big JSON",
            "huge JSON",
            "none string",
            "first_name string",
            "first_name_2 string",
            "e JSON");
    assertThat(FieldNames.original(schema.getField("first_name_2"))).isEqualTo("first-name");
  }

  @Test
  void objectsWhoseKeysAreDataAreKeptAsJson() throws IOException {
    ObjectNode counts = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < 1_001; i++) {
      counts.put("user-" + i, i);
    }
    String document = "{\"counts\":" + counts + "}";
    Schema schema = InferredSchema.of(shape(List.of(document)));
    assertThat(types(schema)).containsExactly("counts JSON");
  }

  @Test
  void moreFieldsThanATableCanHaveAreAnError() throws IOException {
    ShapeCollector collector = new ShapeCollector();
    for (int i = 0; i < 10_000; i++) {
      collector.add("{\"secret" + i + "\":1}");
    }
    assertThatThrownBy(() -> collector.add("{\"secret\":1}"))
        .hasMessageContaining("more than 10000 different fields")
        .hasMessageContaining("use sink.type jsonl")
        .hasMessageNotContaining("secret");
  }

  private static List<String> types(Schema schema) {
    return schema.getFields().stream()
        .map(
            field -> {
              Schema type = Types.withoutNull(field.schema());
              return field.name() + " " + (Types.isJson(type) ? "JSON" : type.getName());
            })
        .map(text -> text.replaceFirst(" o$", " record"))
        .toList();
  }

  private static Shape shape(List<String> documents) throws IOException {
    ShapeCollector collector = new ShapeCollector();
    for (String document : documents) {
      collector.add(document);
    }
    return collector.shape();
  }

  private static ObjectNode object(Random random, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    List<String> names = List.of("a", "b", "c d", "c-d", "1st", "", "_", "Ä");
    for (int i = random.nextInt(6); i > 0; i--) {
      object.set(names.get(random.nextInt(names.size())), value(random, depth + 1));
    }
    return object;
  }

  private static JsonNode value(Random random, int depth) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (random.nextInt(depth > 3 ? 8 : 11)) {
      case 0 -> json.nullNode();
      case 1 -> json.booleanNode(random.nextBoolean());
      case 2 -> json.numberNode(random.nextInt(10));
      case 3 -> json.numberNode(random.nextLong());
      case 4 -> json.numberNode(random.nextDouble());
      case 5 -> json.numberNode(new java.math.BigDecimal("0.1234567890123456789012345"));
      case 6 -> json.numberNode(new java.math.BigInteger("123456789012345678901234567890"));
      case 7 -> json.textNode(random.nextBoolean() ? "x\n\"ü🚀" : "null");
      case 8 -> object(random, depth);
      default -> {
        ArrayNode array = json.arrayNode();
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(value(random, depth + 1));
        }
        yield array;
      }
    };
  }

  /** Numbers by value; fields without nulls, because missing and null are the same in a table. */
  private static JsonNode withoutNulls(JsonNode json) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    if (json.isObject()) {
      ObjectNode object = factory.objectNode();
      json.properties()
          .forEach(
              field -> {
                if (!field.getValue().isNull()) {
                  object.set(field.getKey(), withoutNulls(field.getValue()));
                }
              });
      return object;
    }
    if (json.isArray()) {
      ArrayNode array = factory.arrayNode();
      json.forEach(item -> array.add(withoutNulls(item)));
      return array;
    }
    return json.isNumber()
        ? factory.textNode(json.decimalValue().stripTrailingZeros().toPlainString())
        : json;
  }
}
