package io.beambatch.provider;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider's batch API. Safe to share between threads.
 *
 * <p>Every call but {@link #create} repeats itself after passing faults (IO errors, 408, 429, 5xx),
 * waiting as the provider asks; {@link #create} never does, because each repetition could make, and
 * bill, another batch. What is left is a {@link ProviderException}.
 */
public interface BatchProvider extends AutoCloseable {

  /**
   * Uploads a batch's input file, without holding it in memory. A reply that got lost may leave a
   * second file of the same name behind.
   */
  InputFile upload(Upload upload) throws ProviderException;

  /**
   * Creates a batch of an uploaded file; sent exactly once.
   *
   * @param metadata at most 16 pairs, keys up to 64 and values up to 512 characters
   */
  Batch create(String inputFileId, String endpoint, Map<String, String> metadata)
      throws ProviderException;

  /**
   * The account's batches, newest first.
   *
   * @param after the last batch id of the page before, or null for the first page
   * @param limit 1 to 100
   */
  BatchPage list(@Nullable String after, int limit) throws ProviderException;

  Batch get(String batchId) throws ProviderException;

  /** Cancels; a batch that has ended already is returned as it is. */
  Batch cancel(String batchId) throws ProviderException;

  /**
   * A result file's lines, as a stream. A connection that breaks off is an {@link IOException} on
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
   * The account's input files, newest first.
   *
   * @param after the last file id of the page before, or null for the first page
   * @param limit 1 to 10,000
   */
  FilePage listFiles(@Nullable String after, int limit) throws ProviderException;

  /** Deletes an uploaded file; one that is gone already is no error. */
  void deleteFile(String fileId) throws ProviderException;

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
