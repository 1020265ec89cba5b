package io.beambatch.result;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Answers in a temporary file on local disk, for reading in any order; closing deletes the file.
 * All are added before the first is read.
 */
final class LocalAnswers implements Closeable {
  private final Path path;
  private final DataOutputStream out;
  private final FileChannel file;

  /** One call of the system reads most answers completely. */
  private final ByteBuffer beginning = ByteBuffer.allocate(1 << 11);

  private long size;
  private boolean isFlushed;

  private LocalAnswers(Path path) throws IOException {
    this.path = path;
    this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 16));
    this.file = FileChannel.open(path);
  }

  static LocalAnswers create() throws IOException {
    return new LocalAnswers(Files.createTempFile("answers-", ".tmp"));
  }

  /** Adds an answer; returns its position. */
  long add(byte[] answer) throws IOException {
    long place = size;
    out.writeInt(answer.length);
    out.write(answer);
    size += Integer.BYTES + answer.length;
    return place;
  }

  /** The answer at a position. */
  byte[] at(long place) throws IOException {
    if (!isFlushed) {
      out.flush();
      isFlushed = true;
    }
    ByteBuffer read = beginning.clear();
    file.read(read, place);
    byte[] answer = new byte[read.flip().getInt()];
    int begun = Math.min(answer.length, read.remaining());
    read.get(answer, 0, begun);
    ByteBuffer rest = ByteBuffer.wrap(answer, begun, answer.length - begun);
    while (rest.hasRemaining()) {
      if (file.read(rest, place + Integer.BYTES + rest.position()) < 0) {
        throw new EOFException(path + " ends early");
      }
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    try (out;
        file) {
      Files.deleteIfExists(path);
    }
  }
}
