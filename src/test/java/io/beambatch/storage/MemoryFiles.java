package io.beambatch.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;

/**
 * Files in memory, below {@code /in-memory/mount/}. Several mounts may show the same files, one for
 * each simulated process: what a process does before each change may end it.
 */
public final class MemoryFiles implements FileStore {
  private static final String ROOT = "/in-memory/";
  private static final Map<String, Mount> MOUNTS = new ConcurrentHashMap<>();

  /**
   * One process's way to files.
   *
   * @param files by path below the mount
   * @param change is called before each change
   */
  public record Mount(ConcurrentSkipListMap<String, byte[]> files, Runnable change) {
    /** Creates a file unless it exists. */
    public boolean create(String path, byte[] content) {
      change.run();
      return files.putIfAbsent(path, content) == null;
    }
  }

  /** Shows files below a path, which it returns. */
  public static String mount(String name, Mount mount) {
    MOUNTS.put(name, mount);
    return ROOT + name;
  }

  public static void unmount(String name) {
    MOUNTS.remove(name);
  }

  /** Returns whether a path is in memory. */
  public static boolean isInMemory(String path) {
    return path.startsWith(ROOT);
  }

  /** The mount of a path. */
  public static Mount of(String path) {
    String name = path.substring(ROOT.length());
    int slash = name.indexOf('/');
    return Objects.requireNonNull(MOUNTS.get(slash < 0 ? name : name.substring(0, slash)), path);
  }

  /** A path below its mount. */
  public static String below(String path) {
    int slash = path.indexOf('/', ROOT.length());
    return slash < 0 ? "" : path.substring(slash + 1);
  }

  /** In simulated time, a process has one thread. */
  @Override
  public Executor background() {
    return Runnable::run;
  }

  @Override
  public boolean has(String path) {
    return isInMemory(path);
  }

  private static byte[] content(String path) throws IOException {
    byte[] content = of(path).files().get(below(path));
    if (content == null) {
      throw new FileNotFoundException(path);
    }
    return content;
  }

  @Override
  public InputStream open(String path, long offset) throws IOException {
    byte[] content = content(path);
    int from = Math.toIntExact(Math.min(offset, content.length));
    return new ByteArrayInputStream(content, from, content.length - from);
  }

  @Override
  public void requireWithin(String folder, String path) {}

  /** As on disk, a file is there, and empty or half written, before its stream is closed. */
  @Override
  public OutputStream create(String path, Access access) {
    Mount mount = of(path);
    mount.change().run();
    mount.files().put(below(path), new byte[0]);
    return new ByteArrayOutputStream() {
      private boolean closed;

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          mount.change().run();
          mount.files().put(below(path), toByteArray());
        }
      }
    };
  }

  @Override
  public void createFolder(String folder) {}

  @Override
  public void move(String from, String to) throws IOException {
    Mount mount = of(from);
    mount.change().run();
    byte[] content = mount.files().remove(below(from));
    if (content == null) {
      throw new NoSuchFileException(from);
    }
    mount.files().put(below(to), content);
  }

  @Override
  public long size(String path) throws IOException {
    return content(path).length;
  }

  @Override
  public List<String> list(String folder) {
    String prefix = below(folder) + "/";
    return of(folder).files().tailMap(prefix).keySet().stream()
        .takeWhile(path -> path.startsWith(prefix))
        .map(path -> path.substring(prefix.length()))
        .filter(name -> name.indexOf('/') < 0)
        .toList();
  }

  @Override
  public void walk(String folder, Visitor visitor) throws IOException {
    String prefix = below(folder) + "/";
    for (Map.Entry<String, byte[]> file : of(folder).files().tailMap(prefix).entrySet()) {
      if (!file.getKey().startsWith(prefix)) {
        break;
      }
      visitor.visit(file.getKey().substring(prefix.length()), file.getValue().length);
    }
  }

  @Override
  public void delete(List<String> paths) {
    for (String path : paths) {
      of(path).change().run();
      of(path).files().remove(below(path));
    }
  }

  @Override
  public void deleteFolder(String folder) {
    String prefix = below(folder) + "/";
    of(folder).change().run();
    of(folder).files().keySet().removeIf(path -> path.startsWith(prefix));
  }
}
