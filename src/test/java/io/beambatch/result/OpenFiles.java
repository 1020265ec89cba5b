package io.beambatch.result;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that this process has open, as Linux lists them. */
final class OpenFiles {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private OpenFiles() {}

  /** Those of a folder and its subfolders; elsewhere than on Linux, the test is skipped. */
  static List<Path> below(Path folder) throws IOException {
    assumeThat(DESCRIPTORS).exists();
    List<Path> open = new ArrayList<>();
    try (var descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path descriptor : descriptors) {
        try {
          Path file = Files.readSymbolicLink(descriptor);
          if (file.startsWith(folder)) {
            open.add(file);
          }
        } catch (NoSuchFileException closedMeanwhile) {
          // Other tests open and close files, too.
        }
      }
    }
    return open;
  }
}
