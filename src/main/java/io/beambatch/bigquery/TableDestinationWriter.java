package io.beambatch.bigquery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.batch.RunIdentity;
import io.beambatch.bigquery.LoadGroups.LoadGroup;
import io.beambatch.error.MiscountException;
import io.beambatch.job.TableDestination;
import io.beambatch.job.TableName;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.DocumentWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Loads result files into a BigQuery table, all available files in one job. {@code BigQueryIO}
 * would use job names that only one launch knows, so that a launch that resumes after a crash would
 * load the rows again.
 *
 * <p>Each file is written as Avro beside the result file, in parallel, and deleted when it is
 * loaded. The files of a job are recorded beforehand ({@link LoadGroups}), and a job's id is
 * derived from the run and the group, so that a repetition, in this launch or another, finds the
 * job and adopts it. Memory doesn't grow with the files.
 */
public final class TableDestinationWriter implements DestinationWriter {
  private static final long serialVersionUID = 1L;

  private final Output output;
  private final TableDestination destination;
  private transient @Nullable TableLoader loader;
  private transient @Nullable LoadGroups groups;

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

  @Override
  public Optional<Duration> gathering() {
    return Optional.of(destination.gathering());
  }

  /** Writes a file's rows where BigQuery can read them. */
  @Override
  public Optional<WrittenFile> write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException {
    try {
      TableLoader table = loader(run, options);
      if (table.isBegun(file.shard())) {
        // An earlier version was loading it in a job of its own.
        load(table, file.shard(), List.of(file));
        return Optional.of(written(file));
      }
      new Staged(table, List.of(file)).rows(RowEncoding.PLAIN);
      return Optional.empty();
    } catch (BigQueryException e) {
      throw e.at(place(file));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Loads files that are not loaded yet. */
  @Override
  public List<WrittenFile> deliver(List<ResultFile> files, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException {
    List<WrittenFile> written = new ArrayList<>();
    Set<String> asked = new HashSet<>();
    files.forEach(file -> asked.add(file.shard()));
    for (Map.Entry<String, LoadGroup> group : groups().of(files).entrySet()) {
      List<ResultFile> together = group.getValue().files();
      try {
        String number = group.getKey().substring(output.name().length() + 1);
        load(loader(run, options), number, together);
      } catch (BigQueryException e) {
        throw e.at(place(together.get(0)));
      } catch (IOException e) {
        throw failed(together.get(0), e);
      }
      together.stream()
          .filter(file -> asked.contains(file.shard()))
          .forEach(file -> written.add(written(file)));
    }
    return written;
  }

  private void load(TableLoader table, String key, List<ResultFile> files)
      throws IOException, InterruptedException {
    Staged staged = new Staged(table, files);
    long rows = table.load(key, staged);
    long documents = files.stream().mapToLong(ResultFile::documents).sum();
    if (rows != documents) {
      throw new MiscountException(
          (files.size() == 1 ? "it has " : "with " + (files.size() - 1) + " others, it has ")
              + documents
              + " documents, but BigQuery loaded "
              + rows
              + " rows");
    }
    staged.delete();
    TableName name = destination.table();
    RunMetrics.wroteTo("bigquery", List.of(name.project(), name.dataset(), name.table()));
  }

  private WrittenFile written(ResultFile file) {
    return new WrittenFile(file.kind(), file.shard(), destination.address(), file.documents());
  }

  private String place(ResultFile file) {
    return "Can't load " + file.in(output.folder()) + " (JSON lines) into " + destination.address();
  }

  private IOException failed(ResultFile file, IOException cause) {
    return new IOException(place(file) + ": " + cause.getMessage(), cause);
  }

  private synchronized LoadGroups groups() {
    if (groups == null) {
      groups = new LoadGroups(output.folder(), output.name());
    }
    return groups;
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

  /** The files that BigQuery reads; each is written only if it doesn't exist. */
  private final class Staged implements TableLoader.Files {
    private final TableLoader table;
    private final List<ResultFile> files;

    Staged(TableLoader table, List<ResultFile> files) {
      this.table = table;
      this.files = files;
    }

    @Override
    public List<String> rows(RowEncoding encoding) throws IOException {
      List<String> paths = new ArrayList<>();
      for (ResultFile file : files) {
        String path = path(file, encoding);
        if (!Storage.exists(path)) {
          write(file, path, encoding);
        }
        paths.add(path);
      }
      return paths;
    }

    /** Rows with other columns get other files: a table may gain columns meanwhile. */
    private String path(ResultFile file, RowEncoding encoding) {
      CRC32 columns = new CRC32();
      columns.update((table.rows() + encoding.name()).getBytes(UTF_8));
      return output
          .folder()
          .result(
              file.shard(), output.name() + "-" + Long.toHexString(columns.getValue()) + ".avro");
    }

    private void write(ResultFile file, String path, RowEncoding encoding) throws IOException {
      Schema documents = table.documents(output.schema());
      Storage.write(
          path,
          to -> {
            RowWriter rows = new RowWriter(to, documents, table.rows(), encoding);
            DocumentWriter.copy(
                file, output.folder(), output.isWrapped() ? FailedLine.wrapping(rows) : rows);
          });
    }

    @Override
    public String empty() throws IOException {
      String none = output.folder().result("none", output.name() + ".avro");
      Storage.write(
          none, to -> new RowWriter(to, table.rows(), table.rows(), RowEncoding.PLAIN).close());
      return none;
    }

    void delete() throws IOException {
      List<String> paths = new ArrayList<>();
      for (ResultFile file : files) {
        for (RowEncoding encoding : RowEncoding.values()) {
          paths.add(path(file, encoding));
        }
      }
      Storage.delete(paths);
    }
  }
}
