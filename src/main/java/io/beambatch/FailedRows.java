package io.beambatch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.document.ReservedFields;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.Json;
import java.io.IOException;
import java.util.Objects;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.transforms.providers.ErrorHandling;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * Converts failed documents to rows in the form of Beam's {@link ErrorHandling}: the original row
 * and the error, with the reason and further details in additional fields.
 */
final class FailedRows extends DoFn<BadRecord, Row> {
  private static final long serialVersionUID = 1L;
  private static final JsonMapper MAPPER = Json.mapper(Integer.MAX_VALUE).build();

  private final JsonRows documents;
  private final Schema schema;

  /**
   * Converts failed documents.
   *
   * @param documents the schema of the original rows
   */
  FailedRows(Schema documents) {
    this.documents = new JsonRows(documents);
    this.schema =
        Schema.builder()
            .addFields(ErrorHandling.errorSchema(documents).getFields())
            .addStringField("reason")
            .addInt64Field("attempts")
            .addNullableField("batch_id", FieldType.STRING)
            .addNullableField("request_id", FieldType.STRING)
            .addNullableField("partial", FieldType.STRING)
            .build();
  }

  Schema schema() {
    return schema;
  }

  @ProcessElement
  public void process(@Element BadRecord failed, OutputReceiver<Row> out) throws IOException {
    String json = Objects.requireNonNull(failed.getRecord().getHumanReadableJsonRecord());
    JsonNode document = MAPPER.readTree(json);
    JsonNode failure = document.path(ReservedFields.FAILURE);
    // A row that can't be a document is represented by its text.
    String row = SourceRecord.standsIn(json) ? document.path(SourceRecord.LINE).asText() : json;
    out.output(
        Row.withSchema(schema)
            .addValues(
                documents.read(row).row(),
                failure.path("message").asText(),
                failure.path("reason").asText(),
                failure.path("attempts").asLong(),
                text(failure.get("batch_id")),
                text(failure.get("request_id")),
                text(failure.get("partial")))
            .build());
  }

  private static @Nullable String text(@Nullable JsonNode value) {
    return value == null || value.isNull() ? null : value.asText();
  }
}
