package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The column that a sink with types has for the answers of a job. */
class AnswerTypesTest {
  private static final Schema NUMBERS =
      SchemaBuilder.array().items(SchemaBuilder.builder().doubleType());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "chat/completions | {}                                              | string",
        "chat/completions | {\"n\":2}                                         | array of string",
        "chat/completions | {\"tools\":[{}]}                                  | json",
        "chat/completions | {\"response_format\":{\"type\":\"json_object\"}}      | json",
        "chat/completions | {\"response_format\":{\"type\":\"text\"}}             | string",
        "chat/completions | {\"response_format\":{\"type\":\"{{format}}\"}}       | json",
        "responses        | {}                                              | string",
        "responses        | {\"text\":{\"format\":{\"type\":\"json_object\"}}}      | json",
        "embeddings       | {\"input\":\"a\"}                                   | numbers",
        "embeddings       | {\"input\":[\"a\",\"b\"]}                             | lists of numbers",
        "moderations      | {\"input\":\"a\"}                                   | json",
      })
  void jobWithoutASchemaHasTheTypeOfItsEndpoint(String endpoint, String body, String type) {
    assertThat(of(Jobs.chat().endpoint("/v1/" + endpoint).body(body))).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "-                  | {\"type\":\"integer\"} | -                          | long",
        "-                  | -                  | {\"type\":\"integer\"}         | long",
        "-                  | {\"type\":\"integer\"} | {\"type\":\"boolean\"}         | long",
        "-                  | -                  | {\"enum\":[\"{{word}}\"]}      | json",
        "/choices/0/message | -                  | {\"type\":\"integer\"}         | json",
        "/choices/0/message | {\"type\":\"integer\"} | -                          | long",
        "/choices/0/message/content | -          | {\"type\":\"integer\"}         | long",
      })
  void schemaDecidesUnlessAnotherPlaceIsTaken(
      @Nullable String pointer, @Nullable String ofJob, @Nullable String ofBody, String type) {
    Jobs job = Jobs.chat().body("{\"n\":1}");
    if (ofBody != null) {
      job =
          job.body(
              "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":"
                  + ofBody
                  + "}}}");
    }
    job = pointer == null ? job : job.pointer(pointer);
    assertThat(of(ofJob == null ? job : job.schema(ofJob))).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/choices/0/message         | json",
        "/choices/0/message/content | array of string",
      })
  void oneOfSeveralAnswersIsNoList(String pointer, String type) {
    assertThat(of(Jobs.chat().body("{\"n\":2}").pointer(pointer))).isEqualTo(type);
  }

  private static String of(Jobs job) {
    Schema type = AnswerTypes.of(job.inference()).in("answers");
    if (type.equals(NUMBERS)) {
      return "numbers";
    }
    if (type.equals(SchemaBuilder.array().items(NUMBERS))) {
      return "lists of numbers";
    }
    return type.getType() == Schema.Type.ARRAY
        ? "array of " + named(type.getElementType())
        : named(type);
  }

  private static String named(Schema type) {
    return "JSON".equals(type.getProp("sqlType")) ? "json" : type.getType().getName();
  }
}
