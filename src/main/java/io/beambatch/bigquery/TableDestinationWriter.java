package io.beambatch.bigquery;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.TableDestination;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.DocumentWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Loads result files into a table of BigQuery, each by a job of its own. A file is written as Avro
 * beside the result file, and deleted when it is loaded. A job's id is made of the run's and the
 * file's, so that a repetition, in this launch or another, finds the job and adopts it. Memory
 * doesn't grow with the files.
 */
public final class TableDestinationWriter implements DestinationWriter {
  private final Output output;
  private final TableDestination destination;
  private transient @Nullable TableLoader loader;

  /** Loads an output into a table. */
  public TableDestinationWriter(Output output, TableDestination destination) {
    this.output = output;
    this.destination = destination;
  }

  @Override
  public void check(@Nullable Schema documents, boolean begun, PipelineOptions options)
      throws IOException {
    new TableChecks(options)
        .sink(output.section() + ".table", destination, documents, output.folder().path(), begun);
  }

  @Override
  public boolean checksPlans() {
    return output.isKnownWithPlan();
  }

  /** Loads a file, unless it is loaded. */
  @Override
  public WrittenFile write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException {
    String path = output.folder().result(file.shard(), output.name() + ".avro");
    try {
      TableLoader table = loader(run, options);
      long rows = table.load(file.shard(), new Staged(table, file, path));
      if (rows != file.documents()) {
        throw new IOException(
            "it has " + file.documents() + " documents, but BigQuery loaded " + rows + " rows");
      }
      Storage.delete(List.of(path));
      return new WrittenFile(file.kind(), file.shard(), destination.address(), rows);
    } catch (BigQueryException e) {
      throw e.at(place(file));
    } catch (IOException e) {
      throw new IOException(place(file) + ": " + e.getMessage(), e);
    }
  }

  private String place(ResultFile file) {
    return "Can't load " + file.in(output.folder()) + " (JSON lines) into " + destination.address();
  }

  private synchronized TableLoader loader(RunIdentity run, PipelineOptions options)
      throws IOException {
    if (loader == null) {
      loader =
          TableLoader.open(
              options,
              destination,
              output.schema(),
              "beambatch-" + run.uid() + "-" + output.name());
    }
    return loader;
  }

  /** The file that BigQuery reads, written only if it has to. */
  private final class Staged implements TableLoader.Files {
    private final TableLoader table;
    private final ResultFile file;
    private final String path;

    Staged(TableLoader table, ResultFile file, String path) {
      this.table = table;
      this.file = file;
      this.path = path;
    }

    @Override
    public String rows(RowEncoding encoding) throws IOException {
      Schema documents = table.documents(output.schema());
      Storage.write(
          path,
          to -> {
            RowWriter rows = new RowWriter(to, documents, table.rows(), encoding);
            DocumentWriter.copy(
                file, output.folder(), output.isWrapped() ? FailedLine.wrapping(rows) : rows);
          });
      return path;
    }

    @Override
    public String empty() throws IOException {
      String none = output.folder().result("none", output.name() + ".avro");
      Storage.write(
          none, to -> new RowWriter(to, table.rows(), table.rows(), RowEncoding.PLAIN).close());
      return none;
    }
  }
}
