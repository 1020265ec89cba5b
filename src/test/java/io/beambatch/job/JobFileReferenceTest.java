package io.beambatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference in {@code docs/job-file.md} against the keys that exist. */
class JobFileReferenceTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9_.<>]+)` \\|");
  private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n(.*?)```");
  private static final Pattern OVERRIDE = Pattern.compile("(?m)^\\| `--set '?(.*?)'?` \\|");

  @Test
  void hasARowForEveryKeyAndNoOthers() throws IOException {
    List<String> rows = ROW.matcher(text()).results().map(row -> row.group(1)).toList();

    assertThat(rows).containsExactlyInAnyOrderElementsOf(JobKeys.paths());
  }

  @Test
  void hasExamplesThatAreRight() throws Exception {
    String example = EXAMPLE.matcher(text()).results().findFirst().orElseThrow().group(1);
    List<String> overrides = new ArrayList<>();
    OVERRIDE.matcher(text()).results().map(MatchResult::group).forEach(overrides::add);
    assertThat(overrides).hasSize(6);

    for (String row : overrides) {
      String override = OVERRIDE.matcher(row).results().findFirst().orElseThrow().group(1);
      List<String> set =
          override.startsWith("prices.")
              ? List.of(override, override.replace(".input=", ".output="))
              : List.of(override);
      assertThat(JobReader.parse("example.yaml", example, set).name()).isEqualTo("sentiment");
    }
  }

  private static String text() throws IOException {
    return Files.readString(Path.of("docs/job-file.md"));
  }
}
