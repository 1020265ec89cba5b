package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in {@code target/dist/bin}, as {@code mvn package} makes it. */
@Tag("slow")
class LauncherTest {
  private static final Path DIST = Path.of("target/dist").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void startsTheProgramWithItsClassArchive() throws Exception {
    Path classes = folder.resolve("classes");
    Map<String, String> options = Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + classes);
    try (Program program = start(Program.LAUNCHER, options)) {
      assertThat(program.end()).as("%s", program).isZero();
      assertThat(program.out()).startsWith("beam-batch-inference ");
    }
    try (Stream<String> lines = Files.lines(classes)) {
      assertThat(lines.filter(line -> line.contains("io.beambatch.cli.Main ")))
          .singleElement()
          .asString()
          .contains("shared objects file");
    }
  }

  /** Beam looks through the options of all that is on the class path as soon as it is given one. */
  @Test
  void readsOptionsForBeam() throws Exception {
    List<String> command =
        List.of(
            Program.LAUNCHER.toString(),
            "plan",
            Path.of("pipelines/sentiment.yaml").toAbsolutePath().toString(),
            "--set",
            "source.path=" + Path.of("test-data/reviews.jsonl").toAbsolutePath(),
            "--",
            "--runner=DirectRunner");
    try (Program program = Program.start(folder, folder.resolve("plan"), Map.of(), command)) {
      assertThat(program.end()).as("%s", program).isZero();
    }
  }

  @Test
  void isFoundThroughLinks() throws Exception {
    Files.createSymbolicLink(folder.resolve("first"), Program.LAUNCHER);
    Path link = Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));
    try (Program program = start(link, Map.of())) {
      assertThat(program.end()).as("%s", program).isZero();
    }
  }

  @Test
  void worksWithoutAWarningWhereItWasMovedTo() throws Exception {
    Path moved = folder.resolve("with space");
    copyDist(moved);
    try (Program program = start(moved.resolve("bin/beam-batch-inference"), Map.of())) {
      assertThat(program.end()).as("%s", program).isZero();
      assertThat(program.out().lines()).hasSize(1);
      assertThat(program.err()).isEmpty();
    }
  }

  @Test
  void saysWhatToDoWithoutJava() throws Exception {
    Map<String, String> noJava = Map.of("JAVA_HOME", folder.resolve("nothing").toString());
    try (Program program = start(Program.LAUNCHER, noJava)) {
      assertThat(program.end()).isEqualTo(1);
      assertThat(program.err())
          .isEqualTo("error: Java was not found: install a JRE 17 or newer, or set JAVA_HOME\n");
    }
  }

  private void copyDist(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(DIST)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(DIST.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private Program start(Path script, Map<String, String> environment) throws Exception {
    return Program.start(
        folder, folder.resolve("program"), environment, List.of(script.toString(), "--version"));
  }
}
