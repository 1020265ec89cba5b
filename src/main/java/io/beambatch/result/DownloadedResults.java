package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.json.JsonSlice;
import io.beambatch.json.LineReader;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.TooMuchException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.apache.beam.sdk.util.BackOff;
import org.apache.beam.sdk.util.FluentBackoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The result files of a batch, downloaded into one temporary file on local disk, so that {@link
 * ResultJoiner} can read their lines in any order. Closing deletes the file. Where the operating
 * system allows it, the file is unlinked as soon as it is open, so that a killed process leaves
 * nothing behind.
 */
final class DownloadedResults implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadedResults.class);
  private static final int TRIES = 5;
  private static final int LONGEST_PAUSE = 16;

  /** Size of one read. Java keeps a buffer of that size outside the heap. */
  private static final int BUFFER = 1 << 16;

  /** Bytes that a character takes at most. */
  private static final int LONGEST_CHARACTER = 4;

  /** 256 MiB; less if the heap is small, because a join holds a line up to three times. */
  static final int LONGEST_LINE =
      (int) Math.max(8L << 20, Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 10));

  /** A lone surrogate, which a decoder writes in no other case. */
  private static final char MALFORMED = '\uDFFF';

  /**
   * Replaces bytes that are not UTF-8. Values are copied from here to the sink, so it is the escape
   * of a lone surrogate, and an answer with either fails in the same way. The character before it
   * keeps the escape from becoming part of another escape.
   */
  private static final String NOT_UTF_8 = "\uFFFD\\udfff";

  private final FileChannel file;
  private final int longestLine;
  private byte[] buffer = new byte[1 << 14];

  private DownloadedResults(FileChannel file, int longestLine) {
    this.file = file;
    this.longestLine = longestLine;
  }

  static DownloadedResults create() throws IOException {
    return create(LONGEST_LINE);
  }

  /** Results of which a line may have so many bytes. */
  static DownloadedResults create(int longestLine) throws IOException {
    Path path = Files.createTempFile("results-", ".jsonl");
    return new DownloadedResults(
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE),
        longestLine);
  }

  /**
   * Adds a result file. A download that breaks off is restarted, up to five times. Bytes that are
   * not UTF-8 become {@link #NOT_UTF_8}.
   *
   * @param most the largest size of the answers to these requests; a larger file is an error at
   *     once
   * @param pause before the second download; longer before each further one
   */
  void download(BatchProvider provider, String fileId, long most, Duration pause)
      throws IOException, ProviderException {
    long start = file.size();
    BackOff pauses =
        FluentBackoff.DEFAULT
            .withMaxRetries(TRIES - 1)
            .withInitialBackoff(org.joda.time.Duration.millis(pause.toMillis()))
            .withMaxBackoff(org.joda.time.Duration.millis(pause.toMillis() * LONGEST_PAUSE))
            .backoff();
    while (true) {
      try {
        copy(provider, fileId, most, start);
        return;
      } catch (TooMuchException e) {
        throw e;
      } catch (IOException e) {
        long wait = pauses.nextBackOffMillis();
        if (wait == BackOff.STOP) {
          throw new IOException(
              "The download of result file " + fileId + " broke off " + TRIES + " times", e);
        }
        LOG.warn("The download of {} broke off ({}); downloading it again", fileId, e.getMessage());
        pause(Duration.ofMillis(wait));
      }
    }
  }

  private static void pause(Duration wait) throws InterruptedIOException {
    try {
      Sleeper.SYSTEM.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted before a result file was downloaded again");
    }
  }

  /** All lines added so far, starting with the first. */
  LineReader lines() {
    return LineReader.ofLines(new Content(), longestLine);
  }

  /** A line; valid until the next call. */
  JsonSlice line(long offset, int length) throws IOException {
    if (buffer.length < length) {
      buffer = new byte[length];
    }
    int filled = 0;
    while (filled < length) {
      int read = read(buffer, filled, length - filled, offset + filled);
      if (read < 0) {
        throw new EOFException("A line of the results ends early");
      }
      filled += read;
    }
    return JsonSlice.of(buffer, 0, length);
  }

  private int read(byte[] bytes, int offset, int length, long position) throws IOException {
    return file.read(ByteBuffer.wrap(bytes, offset, Math.min(length, BUFFER)), position);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void copy(BatchProvider provider, String fileId, long most, long start)
      throws IOException, ProviderException {
    file.truncate(start);
    file.position(start);
    try (InputStream in = provider.download(fileId, most)) {
      // The channel belongs to the file and stays open.
      OutputStream out = Channels.newOutputStream(file);
      copy(in, out);
      // The next file starts on a new line.
      out.write('\n');
    }
  }

  /** Reads whole buffers, so that the copy depends on the content alone. */
  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[BUFFER];
    int length = in.readNBytes(bytes, 0, BUFFER);
    while (length == BUFFER) {
      int end = lastCharacter(bytes);
      write(bytes, end, out);
      System.arraycopy(bytes, end, bytes, 0, BUFFER - end);
      length = BUFFER - end + in.readNBytes(bytes, BUFFER - end, end);
    }
    write(bytes, length, out);
  }

  /** Where the last character starts, which may go on in the next buffer; the end after ASCII. */
  private static int lastCharacter(byte[] bytes) {
    for (int i = bytes.length - 1; i >= bytes.length - LONGEST_CHARACTER; i--) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return bytes[i] < 0 ? i : bytes.length;
      }
    }
    return bytes.length;
  }

  /** Decodes only what is not ASCII, because decoding takes longer than all the rest of a copy. */
  private static void write(byte[] bytes, int length, OutputStream out) throws IOException {
    // Where a text has this character, it may be in place of malformed bytes.
    if (isAscii(bytes, length) || new String(bytes, 0, length, UTF_8).indexOf('\uFFFD') < 0) {
      out.write(bytes, 0, length);
    } else {
      out.write(mended(bytes, length).getBytes(UTF_8));
    }
  }

  private static boolean isAscii(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private static String mended(byte[] bytes, int length) throws IOException {
    CharBuffer text =
        UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .replaceWith(String.valueOf(MALFORMED))
            .decode(ByteBuffer.wrap(bytes, 0, length));
    StringBuilder mended = new StringBuilder(length);
    boolean high = false;
    while (text.hasRemaining()) {
      char c = text.get();
      if (c == MALFORMED && !high) {
        mended.append(NOT_UTF_8);
      } else {
        mended.append(c);
      }
      high = Character.isHighSurrogate(c);
    }
    return mended.toString();
  }

  /** The whole content; closing it closes nothing. */
  private final class Content extends InputStream {
    private long position;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = DownloadedResults.this.read(bytes, offset, length, position);
      position += Math.max(read, 0);
      return read;
    }
  }
}
