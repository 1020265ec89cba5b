package io.beambatch.bigquery;

import io.beambatch.job.TableSource;
import io.beambatch.schema.AvroJson;
import io.beambatch.source.NameDocuments;
import io.beambatch.source.PlanOrigin;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import io.beambatch.source.SourceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryIO.TypedRead;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryServices;
import org.apache.beam.sdk.io.gcp.bigquery.SchemaAndRecord;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.util.InstanceBuilder;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of BigQuery into documents, one per row, with a field for each column, in the table's
 * order. {@link NameDocuments} gives them ids.
 *
 * <p>Beam begins to read a table without asking whether it is planned. A launcher that knows of the
 * plan avoids that ({@link SourceReader#readTaken}).
 */
final class ReadRows extends ReadDocuments {
  private final TableSource table;
  private final PlannedFiles planned;

  ReadRows(TableSource table, PlannedFiles planned) {
    this.table = table;
    this.planned = planned;
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    BigQueryAccess access = begin.getPipeline().getOptions().as(BigQueryAccess.class);
    TypedRead<String> read =
        BigQueryIO.read(new ToJson())
            .withCoder(StringUtf8Coder.of())
            .withMethod(
                table.method() == TableSource.Method.DIRECT
                    ? TypedRead.Method.DIRECT_READ
                    : TypedRead.Method.EXPORT)
            .useAvroLogicalTypes()
            // The launcher has checked already, with clearer messages.
            .withoutValidation()
            .withTestServices(
                InstanceBuilder.ofType(BigQueryServices.class)
                    .fromClass(access.getBigQueryServicesClass())
                    .build());
    PCollectionTuple origin = begin.apply("Begin", new PlanOrigin("table", planned));
    return begin
        .apply(
            "Read rows",
            table.query() == null
                ? read.from(Objects.requireNonNull(table.table()).toString())
                : read.fromQuery(table.query()).usingStandardSql())
        .apply("Name documents", new NameDocuments("row", table.id()))
        .and(ORIGINS, origin.get(ORIGINS))
        .and(PLANNED, origin.get(PLANNED));
  }

  private static final class ToJson implements SerializableFunction<SchemaAndRecord, String> {
    private static final long serialVersionUID = 1L;

    private transient @Nullable Map<Schema, AvroJson> encodings;

    @Override
    public String apply(SchemaAndRecord row) {
      AvroJson json = encodings().computeIfAbsent(row.getRecord().getSchema(), AvroJson::of);
      try {
        return json.json(row.getRecord());
      } catch (IOException e) {
        throw new UncheckedIOException("a row of the source can't be read: " + e.getMessage(), e);
      }
    }

    /** One encoding per stream, whose rows share one schema object. */
    private synchronized Map<Schema, AvroJson> encodings() {
      if (encodings == null) {
        encodings = new ConcurrentHashMap<>();
      }
      return encodings;
    }
  }
}
