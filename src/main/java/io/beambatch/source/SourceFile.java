package io.beambatch.source;

import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.Locale;
import org.apache.beam.sdk.io.Compression;

/** A source file by its path; compressed if its name ends as such files' names do. */
record SourceFile(String path) {

  /** The name without the folder. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  boolean compressed() {
    return compression() != Compression.UNCOMPRESSED;
  }

  /** Opens the file, decompressed, from the start. */
  InputStream open() throws IOException {
    InputStream stored = Storage.open(path);
    try {
      return compressed()
          ? Channels.newInputStream(compression().readDecompressed(Channels.newChannel(stored)))
          : stored;
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  private Compression compression() {
    String name = name().toLowerCase(Locale.ROOT);
    if (name.endsWith(".gz") || name.endsWith(".gzip")) {
      return Compression.GZIP;
    }
    if (name.endsWith(".bz2")) {
      return Compression.BZIP2;
    }
    if (name.endsWith(".zst") || name.endsWith(".zstd")) {
      return Compression.ZSTD;
    }
    return Compression.UNCOMPRESSED;
  }
}
