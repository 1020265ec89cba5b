package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever schema is asked for, the value fits it; an independent validator says so. */
class SchemaRulesTest {
  private static final String TEXT =
      "Alice Smith from Paris paid 42 euros on 2026-03-04. Great service, she is happy!"
          + " Mail: alice@example.org, city: Lyon";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":10}},\"required\":[\"name\",\"age\"],\"additionalProperties\":false}",
        "{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\",3,null]},\"minItems\":2,\"maxItems\":4}",
        "{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\",\"c\"]},\"minItems\":3,\"uniqueItems\":true}",
        "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":0}",
        "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"object\",\"properties\":{\"x\":{\"const\":7}},\"required\":[\"x\"]}]}",
        "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}",
        "{\"allOf\":[{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"boolean\"}},\"required\":[\"a\"]},{\"properties\":{\"b\":{\"type\":\"number\"}},\"required\":[\"b\"]}]}",
        "{\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":{\"value\":{\"type\":\"string\"},\"next\":{\"anyOf\":[{\"$ref\":\"#/$defs/node\"},{\"type\":\"null\"}]}},\"required\":[\"value\",\"next\"],\"additionalProperties\":false}},\"$ref\":\"#/$defs/node\"}",
        "{\"type\":\"object\",\"properties\":{\"children\":{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}},\"required\":[\"children\"],\"additionalProperties\":false}",
        "{\"type\":[\"string\",\"null\"],\"minLength\":200,\"maxLength\":210}",
        "{\"type\":\"string\",\"maxLength\":3}",
        "{\"type\":\"string\",\"pattern\":\"^[A-Z]{2}-\\\\d{4}$\"}",
        "{\"type\":\"string\",\"pattern\":\"^(red|green)\\\\s?x+$\"}",
        "{\"type\":\"string\",\"format\":\"date\"}",
        "{\"type\":\"string\",\"format\":\"date-time\"}",
        "{\"type\":\"string\",\"format\":\"email\"}",
        "{\"type\":\"string\",\"format\":\"uuid\"}",
        "{\"type\":\"number\",\"exclusiveMinimum\":0,\"exclusiveMaximum\":1}",
        "{\"type\":\"number\",\"exclusiveMinimum\":100}",
        "{\"type\":\"integer\",\"multipleOf\":5,\"minimum\":11}",
        "{\"type\":\"integer\",\"maximum\":-3}",
        "{\"type\":\"integer\",\"exclusiveMaximum\":5,\"exclusiveMinimum\":3}",
        "{\"type\":\"object\",\"required\":[\"free\"]}",
        "{\"type\":\"array\",\"prefixItems\":[{\"type\":\"integer\"},{\"type\":\"boolean\"}],\"items\":{\"type\":\"string\"},\"minItems\":3}",
        "{\"properties\":{\"a\":{\"items\":{\"type\":\"null\"}}}}",
        "{}",
        "{\"enum\":[\"positive\",\"negative\",\"neutral\"]}",
      })
  void fitsTheSchema(String schema) throws IOException {
    JsonNode parsed = RawClient.MAPPER.readTree(schema);
    for (String text : new String[] {TEXT, "", "x"}) {
      String answer = SchemaRules.answer(parsed, text);

      assertThat(
              JsonSchemaFactory.getInstance(VersionFlag.V202012)
                  .getSchema(parsed)
                  .validate(RawClient.MAPPER.readTree(answer)))
          .as(answer)
          .isEmpty();
    }
  }

  @Test
  void fillsInWhatTheTextPlainlyHas() throws IOException {
    JsonNode answer =
        fill(
            "{\"type\":\"object\",\"properties\":{\"person\":{\"type\":\"string\"},\"city\":{\"type\":\"string\"},\"amount\":{\"type\":\"integer\"},\"date\":{\"type\":\"string\",\"format\":\"date\"},\"mail\":{\"type\":\"string\",\"format\":\"email\"},\"currency\":{\"enum\":[\"dollars\",\"euros\"]},\"sentiment\":{\"enum\":[\"negative\",\"positive\"]},\"happy\":{\"type\":\"boolean\"}}}");

    assertThat(answer.get("person").asText()).isEqualTo("Alice Smith");
    assertThat(answer.get("city").asText()).isEqualTo("Lyon");
    assertThat(answer.get("amount").asInt()).isEqualTo(42);
    assertThat(answer.get("date").asText()).isEqualTo("2026-03-04");
    assertThat(answer.get("mail").asText()).isEqualTo("alice@example.org");
    assertThat(answer.get("currency").asText()).isEqualTo("euros");
    assertThat(answer.get("sentiment").asText()).isEqualTo("positive");
    assertThat(answer.get("happy").asBoolean()).isTrue();
  }

  private static JsonNode fill(String schema) throws IOException {
    return RawClient.MAPPER.readTree(SchemaRules.answer(RawClient.MAPPER.readTree(schema), TEXT));
  }
}
