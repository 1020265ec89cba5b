package io.beambatch.job;

import io.beambatch.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads small text files, local or {@code gs://}. */
final class TextFile {
  /** Stands for the file of a text without one: files that the text names are not read. */
  static final String NONE = "the configuration";

  private static final int MAX_BYTES = 8 << 20;

  private TextFile() {}

  /**
   * The whole file, without a byte-order mark.
   *
   * @throws IOException if it doesn't exist, isn't a file, is too large or isn't UTF-8; the message
   *     doesn't name the file
   */
  static String read(String path) throws IOException {
    byte[] bytes;
    try (InputStream in = open(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (FileNotFoundException e) {
      throw new IOException("there is no such file", e);
    } catch (IllegalArgumentException e) {
      // Beam's exception for an unknown scheme.
      throw new IOException("not a path that can be read (" + e.getMessage() + ")", e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException("larger than " + MAX_BYTES + " bytes");
    }
    String text = decode(bytes);
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static InputStream open(String path) throws IOException {
    if (path.contains("://")) {
      return Storage.open(path);
    }
    Path local;
    try {
      local = Path.of(path);
    } catch (InvalidPathException e) {
      throw new IOException("not a path (" + e.getReason() + ")", e);
    }
    if (Files.isDirectory(local)) {
      throw new IOException("it is a directory");
    }
    if (!Files.exists(local)) {
      throw new IOException("there is no such file");
    }
    if (!Files.isReadable(local)) {
      throw new IOException("it can't be read: permission denied");
    }
    return Files.newInputStream(local);
  }

  private static String decode(byte[] bytes) throws CharacterCodingException, IOException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    out.flip();
    if (result.isError()) {
      throw new NotUtf8Exception((int) out.chars().filter(c -> c == '\n').count() + 1);
    }
    return out.toString();
  }

  /** Resolves a path in a file: relative paths start at that file's folder. */
  static String beside(String file, String path) {
    int folder = file.lastIndexOf('/') + 1;
    return path.startsWith("/") || path.contains("://") || folder == 0
        ? path
        : file.substring(0, folder) + path;
  }

  /** A file isn't UTF-8. */
  static final class NotUtf8Exception extends IOException {
    private final int line;

    NotUtf8Exception(int line) {
      super("it isn't UTF-8 in line " + line);
      this.line = line;
    }

    int line() {
      return line;
    }
  }
}
