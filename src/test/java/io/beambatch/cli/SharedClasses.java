package io.beambatch.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The program's classes as a process has them in memory once it has run a job. A process that is
 * given them starts sooner by a quarter, and tests start more than a hundred.
 */
final class SharedClasses {
  /** What to start it with; nothing where the archive could not be made. */
  static final List<String> OPTIONS = options();

  private SharedClasses() {}

  private static List<String> options() {
    try {
      Path archive = Program.JAR.resolveSibling("beam-batch-inference.jsa");
      if (!Files.exists(archive) || !isNewer(archive, Program.JAR)) {
        make(archive);
      }
      return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isNewer(Path one, Path other) throws IOException {
    return Files.getLastModifiedTime(one).compareTo(Files.getLastModifiedTime(other)) > 0;
  }

  private static void make(Path archive) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(archive.getParent(), "shared-classes");
    List<String> command = new ArrayList<>(Program.JAVA);
    Path made = folder.resolve("archive.jsa");
    command.addAll(List.of("-XX:ArchiveClassesAtExit=" + made, "-jar", Program.JAR.toString()));
    List<String> job = new Workplace(folder).command("run", "pipelines/sentiment.yaml", "--local");
    command.addAll(job);
    new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("said").toFile())
        .start()
        .waitFor();
    if (Files.exists(made)) {
      // Tests in another JVM may be making theirs at this moment.
      Files.move(
          made, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
