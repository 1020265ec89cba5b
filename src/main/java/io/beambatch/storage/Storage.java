package io.beambatch.storage;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;

/** Reads and writes files by path, on local disk or {@code gs://}, as Beam's file systems do. */
public final class Storage {
  private static final int BUFFER = 1 << 16;

  private Storage() {}

  /** Opens a file to be read from the start. */
  public static InputStream open(String path) throws IOException {
    return open(path, 0);
  }

  /** Opens a file to be read from a place, in bytes from the start; seeks where it can. */
  public static InputStream open(String path, long offset) throws IOException {
    ReadableByteChannel channel = FileSystems.open(resource(path));
    InputStream stream = Channels.newInputStream(channel);
    try {
      if (channel instanceof SeekableByteChannel seekable) {
        seekable.position(offset);
      } else {
        stream.skipNBytes(offset);
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new BufferedInputStream(stream, BUFFER);
  }

  /** Creates a file, seen while it grows: for names that nobody knows before it is complete. */
  public static OutputStream create(String path) throws IOException {
    return new BufferedOutputStream(
        Channels.newOutputStream(FileSystems.create(resource(path), MimeTypes.BINARY)), BUFFER);
  }

  /**
   * Writes a file that appears under its name when it is complete, in place of one that may be
   * there. What was written is deleted if the writer throws.
   */
  public static void write(String path, Writer writer) throws IOException {
    try (PendingFile file = PendingFile.create(path)) {
      writer.writeTo(file.stream());
      file.commit();
    }
  }

  /** The size in bytes; {@link FileNotFoundException} if there is no such file. */
  public static long size(String path) throws IOException {
    return FileSystems.matchSingleFileSpec(path).sizeBytes();
  }

  /** Whether there is such a file. */
  public static boolean exists(String path) throws IOException {
    return FileSystems.match(path).status() == MatchResult.Status.OK;
  }

  /** Deletes files; those that are not there are no error. */
  public static void delete(List<String> paths) throws IOException {
    FileSystems.delete(
        paths.stream().map(Storage::resource).toList(), StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  /** Deletes a folder with all that is in it; one that isn't there is no error. */
  public static void deleteFolder(String folder) throws IOException {
    MatchResult match = FileSystems.match(folder + "/**", EmptyMatchTreatment.ALLOW);
    FileSystems.delete(
        match.metadata().stream().map(MatchResult.Metadata::resourceId).toList(),
        StandardMoveOptions.IGNORE_MISSING_FILES);
    Path local = Path.of(folder);
    if (!folder.contains("://") && Files.isDirectory(local)) {
      try (Stream<Path> left = Files.walk(local)) {
        for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  static ResourceId resource(String path) {
    return FileSystems.matchNewResource(path, /* isDirectory= */ false);
  }

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Writer {
    void writeTo(OutputStream stream) throws IOException;
  }

  /** A file under a temporary name beside its own, until it is committed. */
  public static final class PendingFile implements AutoCloseable {
    private final ResourceId target;
    private final ResourceId temporary;
    private final OutputStream stream;
    private boolean closed;
    private boolean committed;

    private PendingFile(ResourceId target, ResourceId temporary) throws IOException {
      this.target = target;
      this.temporary = temporary;
      this.stream = Storage.create(temporary.toString());
    }

    /** Starts a file; nothing is seen under its name before {@link #commit}. */
    public static PendingFile create(String path) throws IOException {
      ResourceId target = resource(path);
      ResourceId temporary =
          resource(
              target.getCurrentDirectory()
                  + "."
                  + target.getFilename()
                  + "."
                  + UUID.randomUUID()
                  + ".tmp");
      return new PendingFile(target, temporary);
    }

    /** Where its content goes. */
    public OutputStream stream() {
      return stream;
    }

    /** Makes the file appear under its name. */
    public void commit() throws IOException {
      closeStream();
      FileSystems.rename(List.of(temporary), List.of(target));
      committed = true;
    }

    /** Deletes the file unless it was committed. */
    @Override
    public void close() throws IOException {
      try {
        closeStream();
      } finally {
        if (!committed) {
          FileSystems.delete(List.of(temporary), StandardMoveOptions.IGNORE_MISSING_FILES);
        }
      }
    }

    private void closeStream() throws IOException {
      if (!closed) {
        closed = true;
        stream.close();
      }
    }
  }
}
