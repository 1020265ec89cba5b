package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.Records.Version;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The form in which each record is kept in a run's folder and in a runner's state. A run that one
 * version of the program begins, another one finishes, so the form of an existing field never
 * changes: a line of {@code golden-records.txt} is replaced only to add a field.
 */
class GoldenRecordsTest {
  private static final Path LINES =
      Path.of("src/test/resources/io/beambatch/ledger/golden-records.txt");

  private static final Pattern KEPT =
      Pattern.compile("(?:Records(?:<>|\\.\\w+)|JsonCoder\\.of)\\([^;]*?(\\w+)\\.class\\)");

  @TempDir Path temp;

  static List<Golden> records() throws IOException {
    return Files.readAllLines(LINES).stream().map(Golden::of).toList();
  }

  @ParameterizedTest
  @MethodSource("records")
  void isReadAndWrittenAsItStands(Golden golden) throws Exception {
    check(golden, golden.type());
  }

  private <T> void check(Golden golden, Class<T> type) throws Exception {
    T value = read("kept", golden.json(), type).value();

    records(type).create("written", value);
    assertThat(file("written")).hasContent(golden.json());

    JsonCoder<T> coder = JsonCoder.of(type);
    byte[] state = encoded(golden.json());
    assertThat(text(CoderUtils.encodeToByteArray(coder, value))).isEqualTo(text(state));
    assertThat(CoderUtils.decodeFromByteArray(coder, state)).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("records")
  void fieldsOfLaterVersionsAreNoDamage(Golden golden) throws Exception {
    String later = golden.json().replaceFirst("^\\{", "{\"later\":{\"a\":[1]},");

    assertThat(read("later", later, golden.type()).value())
        .isEqualTo(read("now", golden.json(), golden.type()).value());
    assertThat(CoderUtils.decodeFromByteArray(JsonCoder.of(golden.type()), encoded(later)))
        .isEqualTo(read("now", golden.json(), golden.type()).value());
  }

  @Test
  void noRecordIsLeftOut() throws IOException {
    Set<String> kept = new TreeSet<>();
    try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher found = KEPT.matcher(Files.readString(source));
        while (found.find()) {
          kept.add(found.group(1));
        }
      }
    }
    assertThat(kept).contains("BatchEntry", "Plan", "Chunk", "Day");
    // A mark is a text, without fields.
    kept.remove("String");
    assertThat(records().stream().map(golden -> golden.type().getSimpleName()))
        .containsAll(kept)
        .allMatch(kept::contains);
  }

  private <T> Version<T> read(String name, String json, Class<T> type) throws IOException {
    Files.createDirectories(file(name).getParent());
    Files.writeString(file(name), json);
    return records(type).read(name).orElseThrow();
  }

  private <T> Records<T> records(Class<T> type) {
    return Records.versioned(new RunFolder(temp + "/job/r1"), "golden", type);
  }

  private Path file(String name) {
    return temp.resolve("job/r1/golden/" + name + "/1.json");
  }

  /** As a runner keeps it: the number of bytes, and the bytes. */
  private static byte[] encoded(String json) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayCoder.of().encode(json.getBytes(StandardCharsets.UTF_8), out);
    return out.toByteArray();
  }

  private static String text(byte[] state) {
    return new String(state, StandardCharsets.ISO_8859_1);
  }

  /**
   * A record as it is kept.
   *
   * @param type whose record it is
   */
  record Golden(Class<?> type, String json) {
    static Golden of(String line) {
      int space = line.indexOf(' ');
      try {
        return new Golden(Class.forName(line.substring(0, space)), line.substring(space + 1));
      } catch (ClassNotFoundException e) {
        throw new IllegalArgumentException(line, e);
      }
    }
  }
}
