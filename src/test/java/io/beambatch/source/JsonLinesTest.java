package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.JSONL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.FailureReason;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesTest {
  @TempDir Path folder;

  @Test
  void keepsEachLineByteForByteAndNumbersIt() throws IOException {
    String awkward =
        "{\"a\" : 1.00, \"b\":1e400,\"c\":123456789012345678901234567890,\"d\":\"\\u00e9😀\"}";
    Reading reading = read(null, "{\"a\":1}\n\n  \t\r\n  " + awkward + " \r\n{}");
    assertThat(reading.jsons()).containsExactly("{\"a\":1}", awkward, "{}");
    assertThat(reading.ids())
        .containsExactly("reviews.jsonl:1", "reviews.jsonl:4", "reviews.jsonl:5");
    assertThat(reading.failed).isEmpty();
  }

  @Test
  void dropsAByteOrderMark() throws IOException {
    Reading reading = read(null, "\uFEFF{\"a\":1}\n{\"a\":2}");
    assertThat(reading.jsons()).containsExactly("{\"a\":1}", "{\"a\":2}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1,2]|not a JSON object but an array",
        "\"a\"|not a JSON object but a string",
        "12|not a JSON object but a number",
        "true|not a JSON object but a boolean",
        "null|not a JSON object but null",
        "{\"a\":1}{\"b\":2}|more than one JSON value",
        "{\"a\":1},|malformed JSON at byte",
        "secret|malformed JSON at byte",
        "{\"a\":secret}|malformed JSON at byte",
        "{\"a\":01}|malformed JSON at byte",
        "{\"a\":NaN}|malformed JSON at byte",
        "{'a':1}|malformed JSON at byte",
        "{\"a\":\"\\x\"}|malformed JSON at byte",
        "{\"a\":[1,2}|malformed JSON at byte",
        "{\"a\":\"secret|JSON that ends too early",
        "{\"a\":{|JSON that ends too early",
        "{\"a\":\"\\ud83d\"}|half a character",
        "{\"a\":\"\\ude00\"}|half a character",
        "{\"a\":\"\\ud83d\\n\"}|half a character",
        "{\"\\ud83d\\ud83d\\ude00\":1}|half a character",
      })
  void tellsWhatIsWrongWithALineAndKeepsIt(String line, String problem) throws IOException {
    Reading reading = read(null, "{}\n" + line + "\n{}");
    assertThat(reading.documents).hasSize(2);
    assertThat(reading.messages()).hasSize(1);
    assertThat(reading.messages().get(0))
        .startsWith(folder.resolve("reviews.jsonl") + ":2: " + problem)
        .doesNotContain("secret");
    assertThat(reading.failedJsons()).containsExactly(SourceRecord.line(line));
    assertThat(reading.failed.get(0).document().id()).isEqualTo("reviews.jsonl:2");
    assertThat(reading.failed.get(0).failure().reason()).isEqualTo(FailureReason.INVALID_DOCUMENT);
  }

  @Test
  void takesWholeCharactersInEscapes() throws IOException {
    String line = "{\"a\":\"\\ud83d\\ude00 \\\\ud83d \\\\\\\\ \\\"\"}";
    assertThat(read(null, line).jsons()).containsExactly(line);
  }

  @Test
  void refusesControlCharactersAndNul() throws IOException {
    Reading reading = read(null, "{\"a\":\"b\tc\"}\n{\"a\":\"\0\"}\n{\0\"\0a\0\"\0:\0001\0}\0\n");
    assertThat(reading.documents).isEmpty();
    assertThat(reading.messages().get(0)).contains("a control character in a JSON string at byte");
    assertThat(reading.messages().get(1)).contains("NUL");
    assertThat(reading.messages().get(2)).contains("NUL");
  }

  @Test
  void refusesMalformedUtf8ButTakesARealReplacementCharacter() throws IOException {
    byte[][] broken = {
      {(byte) 0xFF}, // no such byte
      {(byte) 0xC3}, // cut off
      {(byte) 0xC0, (byte) 0x80}, // longer than needed
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // half a character
    };
    for (byte[] bytes : broken) {
      Path file = folder.resolve("reviews.jsonl");
      Files.writeString(file, "{\"a\":\"\uFFFD\"}\n{\"a\":\"");
      Files.write(file, bytes, APPEND);
      Files.writeString(file, "\"}\n", APPEND);
      Reading reading = Reading.of(Reading.source(JSONL, null), file);
      assertThat(reading.jsons()).containsExactly("{\"a\":\"\uFFFD\"}");
      assertThat(reading.messages()).singleElement().asString().contains(":2: not valid UTF-8");
      assertThat(reading.failedJsons().get(0)).startsWith("{\"_line\":\"{\\\"a\\\":\\\"\uFFFD");
    }
  }

  @Test
  void boundsNestingAndNumbers() throws IOException {
    String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    String longNumber = "{\"a\":" + "1".repeat(100_000) + "}";
    String allowed = "{\"a\":" + "[".repeat(499) + "]".repeat(499) + "}";
    Reading reading = read(null, deep + "\n" + longNumber + "\n" + allowed);
    assertThat(reading.jsons()).containsExactly(allowed);
    assertThat(reading.messages().get(0)).contains("JSON nested deeper than 500 levels");
    assertThat(reading.messages().get(1)).contains("a number of more than 1000 digits");
  }

  @Test
  void pointsToALineThatIsTooLong() throws IOException {
    Path file = write("{\"a\":1}\n{\"a\":\"" + "x".repeat(1_000_000) + "\"}\n{\"a\":2}\n");
    Reading reading =
        Reading.of(
            Reading.source(JSONL, null), Reading.recordsUpTo(1000), folder.resolve("s"), file);
    assertThat(reading.jsons()).containsExactly("{\"a\":1}", "{\"a\":2}");
    assertThat(reading.messages().get(0)).contains(":2: a line of 1000008 bytes, more than 1000");
    assertThat(reading.failedJsons())
        .containsExactly("{\"_source\":{\"file\":\"" + file + "\",\"line\":2,\"bytes\":1000008}}");
  }

  @Test
  void takesTheIdFromAField() throws IOException {
    Reading reading = read("id", "{\"x\":{\"id\":9},\"id\":\"a\\n1\"}\n{\"id\":1.50}");
    assertThat(reading.ids()).containsExactly("a\n1", "1.50");
  }

  @Test
  void takesTheIdFromAPathUnlessAFieldHasThatVeryName() throws IOException {
    Reading reading =
        read(
            "a.b",
            """
            {"a":{"x":{"b":0},"b":"in","z":[{}]},"t":1}
            {"a.b":"top","a":{"b":"in"}}
            {"a":{"b":"in"},"a.b":"top"}
            {"a":"b"}
            {"a":{}}
            """);
    assertThat(reading.ids()).containsExactly("in", "top", "top");
    assertThat(reading.messages()).hasSize(2).allMatch(m -> m.contains("id field 'a.b'"));
  }

  @Test
  void refusesDocumentsWithoutUsableIdAndKeepsThem() throws IOException {
    Reading reading =
        read("id", "{\"a\":1}\n{\"id\":null}\n{\"id\":\"\"}\n{\"id\":{}}\n{\"id\":true}");
    assertThat(reading.documents).isEmpty();
    assertThat(reading.failedJsons())
        .containsExactly(
            "{\"a\":1}", "{\"id\":null}", "{\"id\":\"\"}", "{\"id\":{}}", "{\"id\":true}");
    assertThat(reading.messages().get(0))
        .endsWith(":1: no value in the id field 'id'; add one, or change source.id");
    assertThat(reading.messages().get(3)).contains("the id field 'id' is an object");
    assertThat(reading.messages().get(4)).contains("the id field 'id' is a boolean");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"_batch\":{\"a\":[1,{}]}}|{}",
        "{ \"_batch\" : 1 , \"a\" : 1.00 }|{\"a\" : 1.00 }",
        "{\"a\":\"x,\" , \"_failure\":{\"message\":\"}\"} }|{\"a\":\"x,\" }",
        "{\"a\":1e400,\"_batch\":null,\"b\":{\"_batch\":2},\"_failure\":3}|{\"a\":1e400,\"b\":{\"_batch\":2}}",
        "{\"_failure\":1,\"_batch\":2,\"é😀\":\"é😀\"}|{\"é😀\":\"é😀\"}",
        "{\"_batc\\u0068\":1,\"b\":2}|{\"b\":2}",
      })
  void cutsOutWhatAnEarlierRunLeft(String line, String expected) throws IOException {
    assertThat(read(null, line).jsons()).containsExactly(expected);
  }

  @Test
  void readsFailedLinesAgainAsTheyWere() throws IOException {
    Reading reading =
        read(
            "id",
            """
            {"_line":" {\\"id\\":7,\\n\\"a\\":1.00} ","_failure":{"reason":"x"}}
            {"_line":"{\\"id\\":8,\\"_batch\\":1}"}
            {"_line":"still broken","_failure":{}}
            {"_line":"","_failure":{}}
            {"_line":"{}","id":"of a field called _line"}
            """);
    assertThat(reading.jsons())
        .containsExactly(
            "{\"id\":7, \"a\":1.00}",
            "{\"id\":8}",
            "{\"_line\":\"{}\",\"id\":\"of a field called _line\"}");
    assertThat(reading.failedJsons())
        .containsExactly("{\"_line\":\"still broken\"}", "{\"_line\":\"\"}");
    assertThat(reading.messages().get(0)).contains(":3: malformed JSON").endsWith("(in _line)");
  }

  @Test
  void doesNotSendThePointerToALongLine() throws IOException {
    String pointer = "{\"_source\":{\"file\":\"a\",\"line\":1,\"bytes\":9}}";
    String again = pointer.substring(0, pointer.length() - 1) + ",\"_failure\":{}}";
    Reading reading = read(null, pointer + "\n" + again);
    assertThat(reading.documents).isEmpty();
    assertThat(reading.failedJsons()).containsExactly(pointer, pointer);
  }

  @Test
  void readsTheSameWhateverTheSplitSize() throws IOException {
    StringBuilder lines = new StringBuilder("\uFEFF");
    for (int i = 0; i < 100; i++) {
      lines.append("{\"id\":").append(i).append("}\n").append(i % 7 == 0 ? "\n" : "");
    }
    Path file = write(lines.toString());
    FileSource source = Reading.source(JSONL, null);
    Reading whole = Reading.of(source, file);
    assertThat(whole.splits).hasSize(1);
    assertThat(whole.documents).hasSize(100);
    for (int bytes : new int[] {1, 10, 17, 100}) {
      Reading split = Reading.of(source, Reading.splitsOf(bytes), folder.resolve("s"), file);
      assertThat(split.splits).hasSizeGreaterThan(5);
      assertThat(split.documents).isEqualTo(whole.documents);
    }
  }

  private Reading read(String id, String content) throws IOException {
    return Reading.of(Reading.source(JSONL, id), write(content));
  }

  private Path write(String content) throws IOException {
    return Files.write(folder.resolve("reviews.jsonl"), content.getBytes(UTF_8));
  }
}
