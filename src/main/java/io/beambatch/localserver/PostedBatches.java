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
  private final Backend backend;

  PostedBatches(BatchFormat format, Backend backend) {
    this.format = format;
    this.backend = backend;
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
    Path target = backend.files().temporary();
    try {
      RequestsBody.Posted posted =
          new RequestsBody(format, backend.settings(), heads)
              .read(call.req().getInputStream(), target);
      synchronized (this) {
        String file = Ids.file();
        BatchOrder order = ordering.order(posted, file);
        backend
            .files()
            .add(
                file,
                target,
                "requests.jsonl",
                format.traits().purpose(),
                format.traits().resultsKept().toSeconds());
        return backend.store().create(order);
      }
    } finally {
      Files.deleteIfExists(target);
    }
  }

  /** Deletes a batch with its requests and its results. */
  void delete(BatchState batch) throws IOException {
    batch.delete();
    backend.store().save(batch);
    backend.files().delete(batch.inputFileId());
    backend.files().delete(String.valueOf(batch.text("output_file_id")));
  }
}
