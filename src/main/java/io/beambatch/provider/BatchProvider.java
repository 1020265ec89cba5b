package io.beambatch.provider;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider's batch API. Safe to share between threads.
 *
 * <p>Every call but {@link #create} repeats itself after passing faults (IO errors, 408, 429, 5xx),
 * waiting as the provider asks; {@link #create} never does, because each repetition could make, and
 * bill, another batch. What is left is a {@link ProviderException}.
 */
public interface BatchProvider extends AutoCloseable {

  /** What the provider can do, and what it allows. */
  Capabilities capabilities();

  /**
   * Uploads a batch's requests where it is created of an uploaded file, without holding it in
   * memory. A reply that got lost may leave a second file of the same name behind.
   */
  InputFile upload(Upload upload) throws ProviderException;

  /**
   * Creates a batch, of a file that was uploaded before or of the requests themselves, as {@link
   * Capabilities#creation} says; sent exactly once. The batch carries the submission's key where
   * {@link Capabilities#orphans} says that it is found again. After {@link
   * ProviderException.Kind#NO_REPLY} and every status from 500 on, whether there is a batch now is
   * unknown; after any other error there is none.
   */
  Batch create(Submission submission) throws ProviderException;

  /**
   * The account's batches, newest first: how many of them stand, and whether one is there whose
   * creation had no reply.
   *
   * @param after the last batch id of the page before, or null for the first page
   * @param limit 1 to 100
   */
  BatchPage list(@Nullable String after, int limit) throws ProviderException;

  Batch get(String batchId) throws ProviderException;

  /** Cancels; a batch that has ended already is returned as it is. */
  Batch cancel(String batchId) throws ProviderException;

  /**
   * The lines of results that a batch names ({@link Batch#outputFileId}, {@link
   * Batch#errorFileId}), as a stream. A connection that breaks off is an {@link IOException} on
   * reading, never a short file.
   */
  InputStream download(String fileId) throws ProviderException;

  /**
   * A result file's lines, as {@link #download(String)} brings them, but no more of them than can
   * have been asked for: a {@link TooMuchException} on reading tells of a file that goes on.
   */
  default InputStream download(String fileId, long mostBytes) throws ProviderException {
    return new CappedStream(download(fileId), "Result file " + fileId, mostBytes);
  }

  /**
   * The account's input files, newest first. Where a batch is created of its requests there are
   * none, and this and {@link #deleteFile} do nothing.
   *
   * @param after the last file id of the page before, or null for the first page
   * @param limit 1 to 10,000
   */
  default FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    return new FilePage(List.of(), false);
  }

  /** Deletes an uploaded file; one that is gone already is no error. */
  default void deleteFile(String fileId) throws ProviderException {}

  /**
   * Deletes what a batch whose answers are safe leaves at the provider and would stay there for
   * long. What is gone already is no error.
   *
   * @param inputFileId of the uploaded requests, or null if there is no such file
   * @param batchId of the batch, or null if there was none
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
   * @param content opens it anew for each try
   */
  record Upload(String name, long bytes, ContentSource content) {}

  /** Opens the content of an upload, from the start. */
  @FunctionalInterface
  interface ContentSource {
    InputStream open() throws IOException;
  }
}
