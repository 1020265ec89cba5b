package io.beambatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts the folders of tests into memory where the system has a place for that, else where they
 * usually are. What the program forces to the disk costs nothing there: on a disk, tests wait for
 * that more than for anything else. JUnit knows this class by {@code junit-platform.properties}.
 */
public final class FoldersInMemory implements TempDirFactory {
  private static final Path MEMORY = Path.of("/dev/shm");

  /** Some tests write large files, and several processes have tests. */
  private static final long ROOM_BYTES = 4L << 30;

  private static final Path ROOT = root();

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return create("junit-");
  }

  /** Creates a folder that the caller deletes. */
  public static Path create(String prefix) throws IOException {
    return Files.createTempDirectory(ROOT, prefix);
  }

  private static Path root() {
    try {
      if (Files.isWritable(MEMORY)
          && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_BYTES
          && startsPrograms(MEMORY)) {
        Path root = Files.createTempDirectory(MEMORY, "beambatch-tests-");
        // What a test leaves behind that is stopped would take memory until the system starts
        // again.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
        return root;
      }
      return Path.of(System.getProperty("java.io.tmpdir"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a file there can be started: in containers, often not. Tests write scripts. */
  private static boolean startsPrograms(Path folder) throws IOException {
    Path script =
        Files.createTempFile(
            folder,
            "beambatch",
            ".sh",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      return Files.isExecutable(script);
    } finally {
      Files.delete(script);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | UncheckedIOException e) {
      System.err.println(folder + " is left behind: " + e.getMessage());
    }
  }
}
