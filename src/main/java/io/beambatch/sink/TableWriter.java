package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.bigquery.BigQueryException;
import io.beambatch.bigquery.RowForm;
import io.beambatch.bigquery.TableLoader;
import io.beambatch.job.Job;
import io.beambatch.job.TableSink;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.sink.RowFile.LineForm;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Loads result files into BigQuery, each once: by a job whose id follows from the run and the file,
 * so that a repetition, in this launch or another, finds the job and adopts it. Memory doesn't grow
 * with the files.
 */
final class TableWriter implements Serializable {
  private final Job job;
  private final RunFolder folder;
  private final RunIdentity run;
  private transient @Nullable Map<Kind, TableLoader> loaders;

  TableWriter(Job job, RunFolder folder, RunIdentity run) {
    this.job = job;
    this.folder = folder;
    this.run = run;
  }

  /**
   * Loads a file, unless it is loaded.
   *
   * @throws IOException naming the file and the table, also if BigQuery has not as many rows as it
   *     should
   */
  WrittenFile load(ResultFile file, PipelineOptions options)
      throws IOException, InterruptedException {
    TableSink table = table(file.kind());
    String path = folder.result(file.shard(), name(file.kind()) + ".avro");
    try {
      TableLoader loader = loader(file.kind(), options);
      long rows = loader.load(file.shard(), new Staged(loader, file, path));
      if (rows != file.documents()) {
        throw new IOException(
            "it has " + file.documents() + " documents, but BigQuery loaded " + rows + " rows");
      }
      Storage.delete(List.of(path));
      return new WrittenFile(file.kind(), file.shard(), table.table().toString(), rows);
    } catch (BigQueryException e) {
      throw e.at(place(file, table));
    } catch (IOException e) {
      throw new IOException(place(file, table) + ": " + e.getMessage(), e);
    }
  }

  private static String place(ResultFile file, TableSink table) {
    return "Can't load " + file.path() + " (JSON lines) into " + table.table();
  }

  private synchronized TableLoader loader(Kind kind, PipelineOptions options) throws IOException {
    if (loaders == null) {
      loaders = new EnumMap<>(Kind.class);
    }
    TableLoader loader = loaders.get(kind);
    if (loader == null) {
      loader =
          TableLoader.open(
              options, table(kind), schema(kind), "beambatch-" + run.uid() + "-" + name(kind));
      loaders.put(kind, loader);
    }
    return loader;
  }

  private Schema schema(Kind kind) throws IOException {
    SinkSchema schemas = new SinkSchema(job, folder);
    if (kind == Kind.ANSWERED) {
      return schemas.answered();
    }
    Schema failed = schemas.failed();
    return failed == null ? FailedLine.schema() : failed;
  }

  private TableSink table(Kind kind) {
    return kind == Kind.ANSWERED ? job.sink().table() : job.failures().table();
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** The file that BigQuery reads, written only if it has to. */
  private final class Staged implements TableLoader.Files {
    private final TableLoader loader;
    private final ResultFile file;
    private final String path;

    Staged(TableLoader loader, ResultFile file, String path) {
      this.loader = loader;
      this.file = file;
      this.path = path;
    }

    @Override
    public String rows(RowForm form) throws IOException {
      Schema documents = loader.documents(schema(file.kind()));
      LineForm lineForm =
          file.kind() == Kind.FAILED && !job.source().type().hasSchema()
              ? LineForm.WRAPPED
              : LineForm.COLUMNS;
      try (InputStream lines = Storage.open(file.path())) {
        Storage.write(
            path,
            to -> {
              long rows = RowFile.write(lines, lineForm, documents, loader.rows(), form, to);
              if (rows != file.documents()) {
                throw new IOException(
                    "it should have "
                        + file.documents()
                        + " documents, but has "
                        + rows
                        + "; the file in the staging location is damaged");
              }
            });
      }
      return path;
    }

    @Override
    public String empty() throws IOException {
      String none = folder.result("none", name(file.kind()) + ".avro");
      Storage.write(none, to -> RowFile.writeEmpty(loader.rows(), to));
      return none;
    }
  }
}
