package io.beambatch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
import java.util.stream.Stream;
import org.apache.avro.generic.GenericRecord;
import org.apache.beam.sdk.extensions.avro.schemas.utils.AvroUtils;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;

/** Documents as rows; answered ones have the result and {@code _batch} as additional fields. */
final class RowForm implements DocumentForm<Row> {
  private final Job job;

  RowForm(Job job) {
    this.job = job;
  }

  @Override
  public Job checking(Job checked) {
    return checked.withRowsInPipeline();
  }

  @Override
  public PCollection<String> toJson(PCollection<Row> documents) {
    return documents.apply(
        "Rows to JSON", ParDo.of(new ToJsonFn(new JsonRows(documents.getSchema()))));
  }

  @Override
  public PCollection<Row> fromJson(PCollection<String> json, PCollection<Row> like) {
    ToRowFn toRow =
        new ToRowFn(like.getSchema(), job.inference().result().field(), added().toString());
    return json.apply("JSON to rows", ParDo.of(toRow)).setRowSchema(toRow.schema());
  }

  /** The fields that an answer adds, as a record of their own. */
  private org.apache.avro.Schema added() {
    return DocumentSchemas.answered(
        org.apache.avro.Schema.createRecord("Answered", null, "io.beambatch", false, List.of()),
        job.inference().result().field(),
        AnswerTypes.of(job.inference()),
        ReservedFields.BATCH,
        List.of());
  }

  private static final class ToRowFn extends DoFn<String, Row> {
    private static final long serialVersionUID = 1L;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final JsonRows kept;
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
      Schema ownSchema = own.build();
      this.kept = new JsonRows(ownSchema);
      Schema.Builder all = Schema.builder().addFields(ownSchema.getFields());
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

    @Setup
    public void setup() {
      org.apache.avro.Schema answer = new org.apache.avro.Schema.Parser().parse(added);
      addedJson = AvroJson.of(answer);
      batchFields =
          Types.withoutNull(answer.getField(ReservedFields.BATCH).schema()).getFields().stream()
              .map(org.apache.avro.Schema.Field::name)
              .collect(Collectors.toSet());
    }

    @ProcessElement
    public void process(@Element String json, OutputReceiver<Row> out) throws IOException {
      JsonRows.Read document = kept.read(json);
      // A row has no fields for what only some providers report, such as cached tokens.
      ObjectNode batch =
          ((ObjectNode) MAPPER.readTree(document.others().get(ReservedFields.BATCH)))
              .retain(batchFields);
      String ours =
          "{%s:%s,\"%s\":%s}"
              .formatted(
                  TextNode.valueOf(resultField),
                  document.others().get(resultField),
                  ReservedFields.BATCH,
                  batch);
      GenericRecord record = addedJson.record(ours);
      Row answer = AvroUtils.toBeamRowStrict(record, null);
      out.output(
          Row.withSchema(schema)
              .attachValues(
                  Stream.concat(document.row().getValues().stream(), answer.getValues().stream())
                      .toList()));
    }
  }

  private static final class ToJsonFn extends DoFn<Row, String> {
    private static final long serialVersionUID = 1L;

    private final JsonRows rows;

    ToJsonFn(JsonRows rows) {
      this.rows = rows;
    }

    @ProcessElement
    public void process(@Element Row row, OutputReceiver<String> out) throws IOException {
      out.output(rows.json(row));
    }
  }
}
