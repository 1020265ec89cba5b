package io.beambatch.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class DocumentSchemasTest {

  @Test
  void theDocumentsOwnFieldsKeepTheirTypesAndComeFirst() {
    Schema date = LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
    Schema documents =
        record(
            "Review",
            new Schema.Field("day", date, "when", null),
            new Schema.Field("answer", date),
            new Schema.Field("_failure", date));
    documents.addProp("owner", "me");
    Schema answered = answered(documents);
    assertThat(answered.getFullName()).isEqualTo("ns.Review");
    assertThat(answered.getProp("owner")).isEqualTo("me");
    assertThat(answered.getFields())
        .extracting(Schema.Field::name)
        .containsExactly("day", "answer", "_batch");
    assertThat(answered.getField("day").schema()).isEqualTo(date);
    assertThat(answered.getField("day").doc()).isEqualTo("when");
    assertThat(answered.getField("answer").schema()).isEqualTo(Types.nullable(Types.string()));
  }

  @Test
  void anAnsweredDocumentCanBeAskedAboutAgain() {
    Schema first = answered(record("Review", new Schema.Field("text", Types.string())));
    Schema second =
        DocumentSchemas.answered(
            new Schema.Parser().parse(first.toString()),
            "more",
            namespace -> Schema.createRecord("Answer", null, namespace, false, List.of()),
            "_batch",
            List.of());
    Schema third =
        DocumentSchemas.answered(
            second,
            "again",
            namespace -> Schema.createRecord("Answer", null, namespace, false, List.of()),
            "_batch",
            List.of());
    assertThat(new Schema.Parser().parse(third.toString()).getFields())
        .extracting(Schema.Field::name)
        .containsExactly("text", "answer", "more", "again", "_batch");
  }

  @Test
  void aRecordThatHoldsItselfStaysOneThatCanBeWrittenDown() throws IOException {
    Schema list =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"List\",\"fields\":["
                    + "{\"name\":\"next\",\"type\":[\"null\",\"List\"]}]}");
    Schema answered = new Schema.Parser().parse(answered(list).toString());
    String text = "{\"next\":{\"next\":null},\"answer\":\"a\",\"_batch\":null}";
    AvroJson json = AvroJson.of(answered);
    assertThat(json.json(json.record(text))).isEqualTo(text);
  }

  @Test
  void failedDocumentsSayWhy() throws IOException {
    Schema failed =
        DocumentSchemas.failed(record("R", new Schema.Field("a", Types.string())), "_failure");
    String text =
        "{\"a\":\"x\",\"_failure\":{\"reason\":\"rejected\",\"message\":\"m\",\"attempts\":1,"
            + "\"batch_id\":null,\"request_id\":null,\"partial\":null}}";
    AvroJson json = AvroJson.of(failed);
    assertThat(json.json(json.record(text))).isEqualTo(text);
  }

  private static Schema answered(Schema documents) {
    return DocumentSchemas.answered(
        documents, "answer", namespace -> Types.string(), "_batch", List.of("_failure"));
  }

  private static Schema record(String name, Schema.Field... fields) {
    return Schema.createRecord(name, null, "ns", false, List.of(fields));
  }
}
