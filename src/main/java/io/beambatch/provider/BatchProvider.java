package io.beambatch.provider;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a provider's batch API. It is safe for use by several threads.
 *
 * <p>Every call except {@link #create} is retried after transient faults (IO errors, 408, 429,
 * 5xx), after the delay that the provider asks for. {@link #create} is never retried, because each
 * repetition could create, and bill, another batch. Faults that remain are thrown as {@link
 * ProviderException}.
 */
public interface BatchProvider extends AutoCloseable {

  /** What the provider can do, and its limits. */
  Capabilities capabilities();

  /**
   * Uploads a batch's requests, where batches are created from uploaded files, without holding them
   * in memory. A lost reply may leave a second file of the same name behind.
   */
  InputFile upload(Upload upload) throws ProviderException;

  /**
   * Creates a batch, from an uploaded file or from the requests themselves, as {@link
   * Capabilities#creation} says. The call is sent exactly once. The batch carries the submission's
   * key if {@link Capabilities#orphans} searches by it. After {@link
   * ProviderException.Kind#NO_REPLY} and every status from 500 on, it is unknown whether a batch
   * exists; after any other error none does.
   */
  Batch create(Submission submission) throws ProviderException;

  /**
   * The account's batches, newest first. The list gives the status of many batches at once, and
   * shows batches whose creation had no reply.
   *
   * @param after the last batch id of the previous page, or null for the first page
   * @param limit 1 to 100
   */
  BatchPage list(@Nullable String after, int limit) throws ProviderException;

  Batch get(String batchId) throws ProviderException;

  /** Cancels a batch; a batch that has already ended is returned unchanged. */
  Batch cancel(String batchId) throws ProviderException;

  /**
   * Streams the result lines that a batch refers to ({@link Batch#outputFileId}, {@link
   * Batch#errorFileId}). If the connection breaks off, reading throws an {@link IOException}; the
   * stream is never silently cut short.
   */
  InputStream download(String fileId) throws ProviderException;

  /**
   * Streams result lines as {@link #download(String)} does, but no more bytes than the requests can
   * have been answered with: reading beyond that throws a {@link TooMuchException}.
   */
  default InputStream download(String fileId, long mostBytes) throws ProviderException {
    return new CappedStream(download(fileId), "Result file " + fileId, mostBytes);
  }

  /**
   * The account's input files, newest first. If batches are created from their requests, there are
   * none, and this method and {@link #deleteFile} do nothing.
   *
   * @param after the last file id of the previous page, or null for the first page
   * @param limit 1 to 10,000
   */
  default FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    return new FilePage(List.of(), false);
  }

  /** Deletes an uploaded file; a missing file is no error. */
  default void deleteFile(String fileId) throws ProviderException {}

  /**
   * Deletes what a batch with saved answers would leave at the provider for long. What is missing
   * is no error.
   *
   * @param inputFileId the file of the uploaded requests, or null if there is none
   * @param batchId the batch, or null if there was none
   */
  default void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    if (inputFileId != null) {
      deleteFile(inputFileId);
    }
  }

  @Override
  void close();

  /**
   * A file to upload.
   *
   * @param name ends in {@code .jsonl}
   * @param bytes its exact size
   * @param content opens it again for each try
   */
  record Upload(String name, long bytes, ContentSource content) {}

  /** Opens the content of an upload from the start. */
  @FunctionalInterface
  interface ContentSource {
    InputStream open() throws IOException;
  }
}
