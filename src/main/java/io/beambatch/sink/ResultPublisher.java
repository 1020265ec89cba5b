package io.beambatch.sink;

import io.beambatch.job.FailuresSpec;
import io.beambatch.job.SinkSpec;
import io.beambatch.result.ResultFile;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;

/** Writes result files to the sink, each to a file of its own whose name never changes. */
record ResultPublisher(SinkSpec sink, FailuresSpec failures, String run) implements Serializable {

  /**
   * Writes one file, which appears only when it is complete.
   *
   * @param columns of a CSV sink; else they do not matter
   * @throws IOException naming the file, also if it has not as many documents as it should
   */
  WrittenFile publish(ResultFile file, List<String> columns) throws IOException {
    String path = target(file);
    try (InputStream from = Storage.open(file.path())) {
      Storage.write(path, to -> copy(file, from, columns, to));
    } catch (IOException e) {
      throw new IOException(
          "Can't write " + file.path() + " to " + path + ": " + e.getMessage(), e);
    }
    return new WrittenFile(file.kind(), file.shard(), path, file.documents());
  }

  private void copy(ResultFile file, InputStream from, List<String> columns, OutputStream to)
      throws IOException {
    long documents = csv(file) ? CsvFile.write(from, columns, to) : JsonLinesCopy.copy(from, to);
    if (documents != file.documents()) {
      throw new IOException(
          "it should have "
              + file.documents()
              + " documents, but has "
              + documents
              + "; the file in the staging location is damaged");
    }
  }

  private String target(ResultFile file) {
    String prefix = file.kind() == ResultFile.Kind.ANSWERED ? sink.path() : failures.path();
    return prefix + "-" + run + "-" + file.shard() + (csv(file) ? ".csv" : ".jsonl");
  }

  private boolean csv(ResultFile file) {
    return file.kind() == ResultFile.Kind.ANSWERED && sink.type() == SinkSpec.Type.CSV;
  }
}
