package io.beambatch.storage;

import io.beambatch.error.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Reads and writes files by path, on local disk or in Google Cloud Storage ({@code gs://}). A path
 * names one file: wildcard characters have no meaning in it. A file survives a power cut once its
 * stream is closed.
 */
public final class Storage {
  private static final int BUFFER = 1 << 16;

  private Storage() {}

  /**
   * Makes a local path absolute, so that processes with another working directory find the same
   * file. Any other path is returned unchanged, and so is a pattern.
   */
  public static String absolute(String path) {
    return path.contains("://") || path.startsWith("/")
        ? path
        : Path.of("").toAbsolutePath() + "/" + path;
  }

  /** A folder's path without slashes at its end; that of a file system's root stays. */
  public static String withoutSlash(String folder) {
    return folder.replaceAll("(?<=[^:/])/+$", "");
  }

  /** Opens a file for reading from the start. */
  public static InputStream open(String path) throws IOException {
    return open(path, 0);
  }

  /** Opens a file for reading from an offset in bytes. */
  public static InputStream open(String path, long offset) throws IOException {
    return new BufferedInputStream(FileStore.of(path).open(path, offset), BUFFER);
  }

  /**
   * Checks that a file is in a folder, and not a link that leads out of it.
   *
   * @throws UserException if it isn't
   */
  static void requireWithin(String folder, String path) throws IOException {
    FileStore.of(path).requireWithin(folder, path);
  }

  /**
   * Creates a file that is visible while it grows, for names that nobody reads before it is
   * complete. Only its owner can read it.
   */
  public static OutputStream create(String path) throws IOException {
    return create(path, Access.OWNER);
  }

  private static OutputStream create(String path, Access access) throws IOException {
    return new BufferedOutputStream(FileStore.of(path).create(path, access), BUFFER);
  }

  /**
   * Creates a folder for its owner only, if it doesn't exist; missing parents get default
   * permissions.
   */
  public static void createFolder(String folder) throws IOException {
    FileStore.of(folder).createFolder(folder);
  }

  /**
   * Writes a file that appears under its name when it is complete, replacing an existing one. If
   * the writer throws, the content is deleted. Only its owner can read it.
   */
  public static void write(String path, Writer writer) throws IOException {
    write(path, Access.OWNER, writer);
  }

  /** Writes a file in the same way for others: the process's umask decides who may read it. */
  public static void deliver(String path, Writer writer) throws IOException {
    write(path, Access.UMASK, writer);
  }

  private static void write(String path, Access access, Writer writer) throws IOException {
    try (PendingFile file = new PendingFile(path, access)) {
      writer.writeTo(file.stream());
      file.commit();
    }
  }

  /**
   * Checks that a file can be written, without leaving one.
   *
   * @throws IOException if not; it says why, and names the path
   */
  public static void checkWritable(String path) throws IOException {
    new PendingFile(path, Access.UMASK).close();
  }

  /** The error of a file system with a message for users: what is wrong, and what to do. */
  public static IOException explain(String path, IOException thrown) {
    return path.startsWith(GcsFiles.SCHEME) ? GcsErrors.explain(path, thrown) : thrown;
  }

  /**
   * What is wrong, for users: the message of a local file system's error is often just the path.
   */
  public static String reason(IOException thrown) {
    if (thrown instanceof AccessDeniedException) {
      return "access to " + thrown.getMessage() + " is denied";
    }
    if (thrown instanceof NotDirectoryException) {
      return thrown.getMessage() + " is no folder, or is in none";
    }
    if (thrown instanceof NoSuchFileException) {
      return "there is no " + thrown.getMessage() + ", and it can't be made";
    }
    return String.valueOf(thrown.getMessage());
  }

  /** The size in bytes; {@link FileNotFoundException} if the file doesn't exist. */
  public static long size(String path) throws IOException {
    return FileStore.of(path).size(path);
  }

  /** Returns whether a file exists. */
  public static boolean exists(String path) throws IOException {
    try {
      return size(path) >= 0;
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /** The names of the files in a folder, in any order; none if it doesn't exist. */
  public static List<String> list(String folder) throws IOException {
    return FileStore.of(folder).list(folder);
  }

  /**
   * The sizes in bytes of all files in a folder and its subfolders, by path below the folder, from
   * one listing.
   */
  public static Map<String, Long> sizes(String folder) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    FileStore.of(folder).walk(folder, sizes::put);
    return sizes;
  }

  /** Deletes files, all in the same file system; a missing one is no error. */
  public static void delete(List<String> paths) throws IOException {
    if (!paths.isEmpty()) {
      FileStore.of(paths.get(0)).delete(paths);
    }
  }

  /** Deletes a folder with everything in it; a missing one is no error. */
  public static void deleteFolder(String folder) throws IOException {
    FileStore.of(folder).deleteFolder(folder);
  }

  /** Writes a file's content. */
  @FunctionalInterface
  public interface Writer {
    void writeTo(OutputStream stream) throws IOException;
  }

  /** A file under a temporary name next to its final one, until it is committed. */
  public static final class PendingFile implements AutoCloseable {
    private static final Pattern TEMPORARY = Pattern.compile("\\.([^/]+)\\.[0-9a-f-]{36}\\.tmp$");

    private final String target;
    private final String temporary;
    private final OutputStream stream;
    private boolean closed;
    private boolean committed;

    private PendingFile(String target, Access access) throws IOException {
      int name = target.lastIndexOf('/') + 1;
      this.target = target;
      this.temporary =
          target.substring(0, name)
              + "."
              + target.substring(name)
              + "."
              + UUID.randomUUID()
              + ".tmp";
      this.stream = Storage.create(temporary, access);
    }

    /** The final name of a file that may still have its temporary name. */
    static String target(String path) {
      return TEMPORARY.matcher(path).replaceFirst("$1");
    }

    /**
     * Starts a file that only its owner can read; it is not visible under its name before {@link
     * #commit}.
     */
    public static PendingFile create(String path) throws IOException {
      return new PendingFile(path, Access.OWNER);
    }

    /** The stream for its content. */
    public OutputStream stream() {
      return stream;
    }

    /** Makes the file appear under its name. */
    public void commit() throws IOException {
      closeStream();
      FileStore.of(target).move(temporary, target);
      committed = true;
    }

    /** Deletes the file unless it was committed. */
    @Override
    public void close() throws IOException {
      try {
        closeStream();
      } finally {
        if (!committed) {
          Storage.delete(List.of(temporary));
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
