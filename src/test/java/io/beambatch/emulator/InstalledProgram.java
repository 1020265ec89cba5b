package io.beambatch.emulator;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Programs that tests need, and that {@code .ci/run} installs. */
public final class InstalledProgram {
  private static final String REQUIRED = "BEAMBATCH_REQUIRE_EMULATORS";

  private InstalledProgram() {}

  /**
   * The program that an environment variable names. Where there is none, tests are skipped, or fail
   * if {@code BEAMBATCH_REQUIRE_EMULATORS} is set.
   */
  public static Path named(String variable) {
    String path = System.getenv(variable);
    if (path == null || !Files.isExecutable(Path.of(path))) {
      String reason = variable + " names no program (" + path + "); see .ci/run";
      if (System.getenv(REQUIRED) != null) {
        fail(reason);
      }
      abort(reason);
    }
    return Path.of(path);
  }
}
