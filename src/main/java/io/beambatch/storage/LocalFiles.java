package io.beambatch.storage;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files on local disk, synced to it: a plan that survives a power cut needs its parts. */
final class LocalFiles implements FileStore {
  static final String SCHEME = "file:";
  static final LocalFiles INSTANCE = new LocalFiles();

  private LocalFiles() {}

  @Override
  public InputStream open(String path, long offset) throws IOException {
    FileInputStream stream = new FileInputStream(local(path).toFile());
    try {
      stream.getChannel().position(offset);
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
    return stream;
  }

  @Override
  public void requireWithin(String folder, String path) throws IOException {
    try {
      if (!local(path).toRealPath().startsWith(local(folder).toRealPath())) {
        throw StagedNames.changed(path, "it is a link that leads out of the run's folder");
      }
    } catch (NoSuchFileException notThere) {
      // A caller that opens it gets the error.
    }
  }

  @Override
  public OutputStream create(String path, Access access) throws IOException {
    Path file = local(path).toAbsolutePath();
    Path folder = file.getParent();
    if (folder != null) {
      DurableFolders.create(folder, access);
    }
    try {
      Files.createFile(file, access.ofFile());
    } catch (FileAlreadyExistsException begunBefore) {
      // It is overwritten.
    }
    return new Forced(file, folder);
  }

  @Override
  public void createFolder(String folder) throws IOException {
    Path made = local(folder).toAbsolutePath();
    if (made.getParent() != null) {
      DurableFolders.create(made.getParent(), Access.UMASK);
    }
    DurableFolders.create(made, Access.OWNER);
  }

  @Override
  public void move(String from, String to) throws IOException {
    Path target = local(to).toAbsolutePath();
    Files.move(
        local(from), target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    DurableFolders.force(target.getParent());
  }

  @Override
  public long size(String path) throws IOException {
    Path file = local(path);
    if (!Files.exists(file)) {
      throw new FileNotFoundException(path + " (No such file or directory)");
    }
    return Files.size(file);
  }

  @Override
  public List<String> list(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(local(folder))) {
      for (Path path : found) {
        // The program creates no links, and follows none out of its own folders.
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
          names.add(path.getFileName().toString());
        }
      }
    } catch (NoSuchFileException nothingYet) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public void walk(String folder, Visitor visitor) throws IOException {
    Path root = local(folder);
    if (!Files.isDirectory(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new Tree() {
          @Override
          void file(Path file, long bytes) throws IOException {
            visitor.visit(root.relativize(file).toString().replace(File.separatorChar, '/'), bytes);
          }
        });
  }

  @Override
  public void delete(List<String> paths) throws IOException {
    for (String path : paths) {
      Files.deleteIfExists(local(path));
    }
  }

  @Override
  public void deleteFolder(String folder) throws IOException {
    Path root = local(folder);
    if (!Files.isDirectory(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new Tree() {
          @Override
          void file(Path file, long bytes) throws IOException {
            Files.deleteIfExists(file);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path left, @Nullable IOException trouble)
              throws IOException {
            FileVisitResult next = super.postVisitDirectory(left, trouble);
            Files.deleteIfExists(left);
            return next;
          }
        });
  }

  /** A path with or without its scheme; like Beam, it decodes nothing in it. */
  private static Path local(String path) {
    return Path.of(path.startsWith(SCHEME) ? path.substring(SCHEME.length()) : path);
  }

  /** All files below a folder; a concurrent launch may delete some meanwhile. */
  private abstract static class Tree extends SimpleFileVisitor<Path> {
    abstract void file(Path file, long bytes) throws IOException;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      file(file, attributes.size());
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException trouble) throws IOException {
      if (trouble instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw trouble;
    }
  }

  /**
   * A new file that is on disk, including its name, once it is closed. A large one is forced to the
   * disk while it is written, so that closing it has little to wait for.
   */
  private static final class Forced extends FileOutputStream {
    private static final long AT_ONCE = 16L << 20;

    private final @Nullable Path folder;
    private final BackgroundWork forcing = new BackgroundWork(INSTANCE.background());
    private long written;
    private boolean closed;

    Forced(Path file, @Nullable Path folder) throws FileNotFoundException {
      super(file.toFile());
      this.folder = folder;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      super.write(bytes, from, length);
      written += length;
      if (written >= AT_ONCE && !forcing.isBusy()) {
        written = 0;
        forcing.await();
        forcing.begin(() -> getChannel().force(false));
      }
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      try {
        // The disk reports an error once: to whom it was reported must tell it.
        forcing.await();
        getFD().sync();
      } finally {
        super.close();
      }
      DurableFolders.force(folder);
    }
  }
}
