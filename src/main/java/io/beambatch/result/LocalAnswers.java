package io.beambatch.result;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Answers in a temporary file on local disk, for reading in any order; closing deletes the file.
 * All are added before the first is read.
 */
final class LocalAnswers implements Closeable {
  private final Path path;
  private final DataOutputStream out;
  private final RandomAccessFile file;
  private long size;
  private boolean isFlushed;

  private LocalAnswers(Path path) throws IOException {
    this.path = path;
    this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 16));
    this.file = new RandomAccessFile(path.toFile(), "r");
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
    file.seek(place);
    byte[] answer = new byte[file.readInt()];
    file.readFully(answer);
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
