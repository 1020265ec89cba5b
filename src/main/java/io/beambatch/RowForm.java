package io.beambatch;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.document.ReservedFields;
import io.beambatch.job.Job;
import io.beambatch.result.AnswerTypes;
import io.beambatch.schema.AvroJson;
import io.beambatch.schema.DocumentSchemas;
import io.beambatch.schema.Types;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.extensions.avro.schemas.utils.AvroUtils;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.ToJson;
import org.apache.beam.sdk.util.RowJson.RowJsonDeserializer;
import org.apache.beam.sdk.util.RowJson.RowJsonDeserializer.NullBehavior;
import org.apache.beam.sdk.util.RowJsonUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** Documents as rows; answered ones have the result and {@code _batch} as further fields. */
final class RowForm implements DocumentForm<Row> {
  private final Job job;

  RowForm(Job job) {
    this.job = job;
  }

  @Override
  public PCollection<String> toJson(PCollection<Row> documents) {
    return documents.apply("Rows to JSON", ToJson.of());
  }

  @Override
  public PCollection<Row> fromJson(PCollection<String> json, PCollection<Row> like) {
    ToRowFn toRow =
        new ToRowFn(like.getSchema(), job.inference().result().field(), added().toString());
    return json.apply("JSON to rows", ParDo.of(toRow)).setRowSchema(toRow.schema());
  }

  /** The fields that an answer brings, as a record of their own. */
  private org.apache.avro.Schema added() {
    return DocumentSchemas.answered(
        org.apache.avro.Schema.createRecord("Answered", null, "io.beambatch", false, List.of()),
        job.inference().result().field(),
        AnswerTypes.of(job.inference()),
        ReservedFields.BATCH,
        List.of());
  }

  private static final class ToRowFn extends DoFn<String, Row> {
    private static final JsonMapper MAPPER =
        JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private final Schema kept;
    private final Schema schema;
    private final String resultField;
    private final String added;

    ToRowFn(Schema documents, String resultField, String added) {
      this.resultField = resultField;
      this.added = added;
      Schema.Builder own = Schema.builder();
      documents.getFields().stream()
          .filter(
              field -> !isAdded(field.getName()) && !field.getName().equals(ReservedFields.FAILURE))
          .forEach(own::addField);
      this.kept = own.build();
      Schema.Builder all = Schema.builder().addFields(kept.getFields());
      AvroUtils.toBeamSchema(new org.apache.avro.Schema.Parser().parse(added))
          .getFields()
          .forEach(all::addField);
      this.schema = all.build();
    }

    private boolean isAdded(String field) {
      return field.equals(resultField) || field.equals(ReservedFields.BATCH);
    }

    Schema schema() {
      return schema;
    }

    private transient AvroJson addedJson;
    private transient Set<String> batchFields;
    private transient com.fasterxml.jackson.databind.ObjectMapper rows;

    @Setup
    public void setup() {
      org.apache.avro.Schema answer = new org.apache.avro.Schema.Parser().parse(added);
      addedJson = AvroJson.of(answer);
      batchFields =
          Types.withoutNull(answer.getField(ReservedFields.BATCH).schema()).getFields().stream()
              .map(org.apache.avro.Schema.Field::name)
              .collect(Collectors.toSet());
      rows =
          RowJsonUtils.newObjectMapperWith(
              RowJsonDeserializer.forSchema(kept)
                  .withNullBehavior(NullBehavior.ACCEPT_MISSING_OR_NULL));
    }

    @ProcessElement
    public void process(@Element String json, OutputReceiver<Row> out) throws IOException {
      ObjectNode document = (ObjectNode) MAPPER.readTree(json);
      ObjectNode ours = MAPPER.createObjectNode();
      for (String field : List.of(resultField, ReservedFields.BATCH)) {
        ours.set(field, document.remove(field));
      }
      // What only some providers tell, such as cached tokens, has no field in a row.
      ours.withObject("/" + ReservedFields.BATCH).retain(batchFields);
      Row own = RowJsonUtils.jsonToRow(rows, document.toString());
      GenericRecord record = addedJson.record(ours.toString());
      Row answer = AvroUtils.toBeamRowStrict(record, null);
      out.output(
          Row.withSchema(schema).addValues(own.getValues()).addValues(answer.getValues()).build());
    }
  }
}
