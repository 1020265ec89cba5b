package io.beambatch.localserver;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Creates batches whose create call carries their requests. The requests are written straight to
 * disk, a line each, as the batch's input file.
 */
final class PostedBatches {
  private final BatchFormat format;
  private final BatchStore store;
  private final StoredFiles files;
  private final LocalServerSettings settings;

  PostedBatches(
      BatchFormat format, BatchStore store, StoredFiles files, LocalServerSettings settings) {
    this.format = format;
    this.store = store;
    this.files = files;
    this.settings = settings;
  }

  /** Reads the order from the body, or refuses it. */
  @FunctionalInterface
  interface Ordering {
    BatchOrder order(RequestsBody.Posted posted, String inputFileId) throws ApiException;
  }

  /**
   * Creates a batch, one at a time, so that limits hold.
   *
   * @param heads the fields of the body that may precede the requests
   */
  BatchState create(Context call, Set<String> heads, Ordering ordering)
      throws IOException, ApiException {
    Path target = files.temporary();
    try {
      RequestsBody.Posted posted =
          new RequestsBody(format, settings, heads).read(call.req().getInputStream(), target);
      synchronized (this) {
        String file = Ids.file();
        BatchOrder order = ordering.order(posted, file);
        files.add(
            file,
            target,
            "requests.jsonl",
            format.traits().purpose(),
            format.traits().resultsKept().toSeconds());
        return store.create(order);
      }
    } finally {
      Files.deleteIfExists(target);
    }
  }

  /** Deletes a batch with its requests and its results. */
  void delete(BatchState batch) throws IOException {
    batch.delete();
    store.save(batch);
    files.delete(batch.inputFileId());
    files.delete(String.valueOf(batch.text("output_file_id")));
  }
}
