package io.beambatch.bigquery;

import io.beambatch.job.TableSource;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import io.beambatch.source.SourceReader;
import io.beambatch.source.SourceSchema;
import io.beambatch.source.SourceSchemas;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Checks and reads the rows of a table or of a query. It is the reader of a {@link TableSource}.
 */
public final class TableSourceReader implements SourceReader {
  private final TableSource source;

  /** Reads a table or a query. */
  public TableSourceReader(TableSource source) {
    this.source = source;
  }

  @Override
  public Optional<SourceSchema> check(RunFolder run, boolean planned, PipelineOptions options)
      throws IOException {
    Optional<SourceSchema> kept = planned ? new SourceSchemas(run).read() : Optional.empty();
    if (kept.isPresent()) {
      return kept;
    }
    Schema documents = Columns.avro(new TableChecks(options).source(source));
    return Optional.of(new SourceSchema("the table", documents));
  }

  @Override
  public ReadDocuments read(RunFolder run, PlannedFiles planned) {
    return new ReadRows(source, planned);
  }
}
