package io.beambatch.source;

import io.beambatch.storage.Storage;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.io.Compression;
import org.jspecify.annotations.Nullable;

/** A source file by its path; its name's ending says whether it is compressed. */
record SourceFile(String path) {
  private static final Map<String, String> UNREADABLE =
      Map.ofEntries(
          Map.entry(".xz", "xz -d"),
          Map.entry(".lzma", "xz -d"),
          Map.entry(".zip", "unzip"),
          Map.entry(".7z", "7z x"),
          Map.entry(".lz4", "lz4 -d"),
          Map.entry(".snappy", "snzip -d"),
          Map.entry(".sz", "snzip -d"),
          Map.entry(".lzo", "lzop -d"),
          Map.entry(".br", "brotli -d"),
          Map.entry(".z", "uncompress"),
          Map.entry(".tar", "tar xf"),
          Map.entry(".tgz", "tar xzf"),
          Map.entry(".tar.gz", "tar xzf"),
          Map.entry(".tar.bz2", "tar xjf"),
          Map.entry(".tar.zst", "tar xf"));

  /** The name without its folders. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  boolean compressed() {
    return codec() != Codec.NONE;
  }

  /** Returns whether, by its name, it is compressed like files with another ending. */
  boolean isCompressedAs(@Nullable String ending) {
    return codec().ending.equals(ending);
  }

  /**
   * A shell command that writes another form of the file next to it.
   *
   * @param prefix of the new file's name
   * @param command reads a file, or its standard input
   */
  String converted(String prefix, String command) {
    Codec codec = codec();
    if (codec == Codec.NONE) {
      return command + " " + name() + " > " + prefix + "-" + name();
    }
    String piped = command.endsWith(" <") ? command.substring(0, command.length() - 2) : command;
    String plain = name().substring(0, name().lastIndexOf('.'));
    return codec.unpack + " " + name() + " | " + piped + " > " + prefix + "-" + plain;
  }

  /** Rejects a file whose compression is not supported. */
  void checkCodec() {
    String name = name().toLowerCase(Locale.ROOT);
    for (Map.Entry<String, String> unreadable : UNREADABLE.entrySet()) {
      if (name.endsWith(unreadable.getKey())) {
        throw new SourceException(
            path
                + " is compressed in a way that can't be read ("
                + unreadable.getKey()
                + "); unpack it ("
                + unreadable.getValue()
                + " "
                + name()
                + "), or compress it as .gz, .bz2 or .zst");
      }
    }
  }

  /** Opens the file, decompressed, from the start. */
  InputStream open() throws IOException {
    return unpacked(Storage.open(path));
  }

  /** Opens the file after checking that its first bytes are what the job and the name say. */
  InputStream open(SourceCheck check) throws IOException {
    BufferedInputStream stored = new BufferedInputStream(Storage.open(path), Signature.LENGTH);
    try {
      check.stored(this, peek(stored, Signature.LENGTH));
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
    return unpacked(stored);
  }

  /** The first bytes of a stream, whose position doesn't change. */
  static byte[] peek(BufferedInputStream stream, int length) throws IOException {
    stream.mark(length);
    byte[] head = stream.readNBytes(length);
    stream.reset();
    return head;
  }

  private InputStream unpacked(InputStream file) throws IOException {
    Codec codec = codec();
    if (codec == Codec.NONE) {
      return file;
    }
    Stored stored = new Stored(file);
    try {
      return new Unpacking(
          Channels.newInputStream(codec.beam.readDecompressed(Channels.newChannel(stored))),
          stored);
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw explained(e, stored);
    }
  }

  /** Explains exceptions of libraries, which speak of classes and codes. */
  private SourceException explained(Exception e, Stored stored) throws IOException {
    stored.rethrow();
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    boolean early =
        e instanceof EOFException || message.contains("truncated") || message.contains("end of");
    return new SourceException(
        "Can't read "
            + path
            + ": the "
            + codec().words
            + " data "
            + (early ? "end too early: the file was cut off" : "are damaged")
            + "; copy it here again");
  }

  private Codec codec() {
    String name = name().toLowerCase(Locale.ROOT);
    return Arrays.stream(Codec.values())
        .filter(codec -> name.endsWith(codec.ending) || name.endsWith(codec.longEnding))
        .findFirst()
        .orElse(Codec.NONE);
  }

  private enum Codec {
    GZIP("gzip", Compression.GZIP, "gzip -dc", ".gz", ".gzip"),
    BZIP2("bzip2", Compression.BZIP2, "bzip2 -dc", ".bz2", ".bz2"),
    ZSTD("Zstandard", Compression.ZSTD, "zstd -dc", ".zst", ".zstd"),
    NONE("no", Compression.UNCOMPRESSED, "cat", "", "");

    private final String words;
    private final Compression beam;
    private final String unpack;
    private final String ending;
    private final String longEnding;

    Codec(String words, Compression beam, String unpack, String ending, String longEnding) {
      this.words = words;
      this.beam = beam;
      this.unpack = unpack;
      this.ending = ending;
      this.longEnding = longEnding;
    }
  }

  /** Marks errors as errors of the compressed data. */
  private final class Unpacking extends FilterInputStream {
    private final Stored stored;

    Unpacking(InputStream in, Stored stored) {
      super(in);
      this.stored = stored;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException | RuntimeException e) {
        throw explained(e, stored);
      }
    }
  }

  /** Remembers that the file itself couldn't be read, which says nothing about its data. */
  private static final class Stored extends FilterInputStream {
    private @Nullable IOException failure;

    Stored(InputStream file) {
      super(file);
    }

    void rethrow() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
