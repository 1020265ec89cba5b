package io.beambatch.result;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Answers in a temporary file on local disk, for reading in any order; closing deletes the file.
 * All are added before the first is read.
 */
final class LocalAnswers implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final Path path;
  private final OutputStream out;
  private final FileChannel file;

  /** Outside of Java's heap, so that the system's bytes are copied once. */
  private final ByteBuffer piece = ByteBuffer.allocateDirect(BUFFER);

  /** Where each answer ends: one call of the system reads exactly what most answers have. */
  private long[] ends = new long[1 << 10];

  private ByteBuffer answer = ByteBuffer.allocate(BUFFER);
  private int count;
  private boolean isFlushed;

  private LocalAnswers(Path path) throws IOException {
    this.path = path;
    this.out = new BufferedOutputStream(Files.newOutputStream(path), BUFFER);
    this.file = FileChannel.open(path);
  }

  static LocalAnswers create() throws IOException {
    return new LocalAnswers(Files.createTempFile("answers-", ".tmp"));
  }

  /**
   * Adds an answer; returns its number, from 0.
   *
   * @param added a buffer of the heap
   */
  int add(ByteBuffer added) throws IOException {
    out.write(added.array(), added.arrayOffset() + added.position(), added.remaining());
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, Math.multiplyExact(2, count));
    }
    ends[count] = start(count) + added.remaining();
    return count++;
  }

  /** The answer with a number; valid until the next one. */
  ByteBuffer get(int number) throws IOException {
    if (!isFlushed) {
      out.flush();
      isFlushed = true;
    }
    long start = start(number);
    int length = Math.toIntExact(ends[number] - start);
    if (answer.capacity() < length) {
      answer = ByteBuffer.allocate(length);
    }
    answer.clear().limit(length);
    while (answer.hasRemaining()) {
      piece.clear().limit(Math.min(BUFFER, answer.remaining()));
      if (file.read(piece, start + answer.position()) < 0) {
        throw new EOFException(path + " ends early");
      }
      answer.put(piece.flip());
    }
    return answer.flip();
  }

  private long start(int number) {
    return number == 0 ? 0 : ends[number - 1];
  }

  @Override
  public void close() throws IOException {
    try (out;
        file) {
      Files.deleteIfExists(path);
    }
  }
}
