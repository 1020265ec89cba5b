package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.beambatch.document.JsonSlice;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.RandomAccessFile;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Result files on the local disk, one after the other, so that their lines can be read in any
 * order. Deleted when closed.
 */
final class Spool implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final int TRIES = 5;
  private static final int LONGEST_PAUSE = 16;

  /** 256 MiB; less where memory is short, for a join holds a line up to three times. */
  static final int LONGEST_LINE =
      (int) Math.max(8L << 20, Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 10));

  private final Path path;
  private final RandomAccessFile file;
  private byte[] buffer = new byte[1 << 14];

  private Spool(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  static Spool create() throws IOException {
    Path path = Files.createTempFile("results-", ".jsonl");
    return new Spool(path, new RandomAccessFile(path.toFile(), "rw"));
  }

  /**
   * Adds a result file. A download that breaks off is begun again, up to five times. Bytes that are
   * not UTF-8 are replaced by U+FFFD, which costs the answer a character and not the document its
   * answer.
   *
   * @param pause before the second download; longer before each further one
   */
  void download(BatchProvider provider, String fileId, Duration pause)
      throws IOException, ProviderException {
    long start = file.length();
    RetryPolicy<Object> again =
        RetryPolicy.builder()
            .handle(IOException.class)
            .withBackoff(pause, pause.multipliedBy(LONGEST_PAUSE))
            .withMaxAttempts(TRIES)
            .onRetry(
                retry ->
                    LOG.warn(
                        "The download of {} broke off ({}); downloading it again",
                        fileId,
                        String.valueOf(retry.getLastException())))
            .build();
    try {
      Failsafe.with(again).run(() -> copy(provider, fileId, start));
    } catch (FailsafeException failed) {
      if (failed.getCause() instanceof ProviderException refused) {
        throw refused;
      }
      throw new IOException(
          "The download of result file " + fileId + " broke off " + TRIES + " times", failed);
    }
  }

  /** All lines added so far, from the first. */
  Lines lines() throws IOException {
    return new Lines(Files.newInputStream(path), LONGEST_LINE);
  }

  /** A line; valid until the next call. */
  JsonSlice line(long offset, int length) throws IOException {
    if (buffer.length < length) {
      buffer = new byte[length];
    }
    file.seek(offset);
    file.readFully(buffer, 0, length);
    return JsonSlice.of(buffer, 0, length);
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      Files.deleteIfExists(path);
    }
  }

  private void copy(BatchProvider provider, String fileId, long start)
      throws IOException, ProviderException {
    file.setLength(start);
    file.seek(start);
    // Values are copied from here to the sink as they are: what is not UTF-8 must not come in.
    try (Reader in = new InputStreamReader(provider.download(fileId), UTF_8)) {
      // The channel belongs to the file and stays open.
      Writer out = new OutputStreamWriter(Channels.newOutputStream(file.getChannel()), UTF_8);
      in.transferTo(out);
      // The next file starts on a line of its own.
      out.write('\n');
      out.flush();
    }
  }
}
