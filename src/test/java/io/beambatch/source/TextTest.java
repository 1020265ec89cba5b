package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTest {
  @TempDir Path folder;

  @Test
  void makesADocumentOfEachLineThatIsNotBlank() throws IOException {
    Path file = write("\uFEFFfirst \"line\"\r\n \t\n\n\tsecond 😀".getBytes(UTF_8));
    Reading reading = Reading.of(Reading.source(TEXT, null), file);
    assertThat(reading.documents)
        .containsExactly(
            new Document("a.txt:1", "{\"text\":\"first \\\"line\\\"\"}"),
            new Document("a.txt:4", "{\"text\":\"\\tsecond 😀\"}"));
  }

  @Test
  void refusesLinesThatAreNotText() throws IOException {
    Reading reading =
        Reading.of(
            Reading.source(TEXT, null), write(new byte[] {'a', '\n', 0, 'b', '\n', (byte) 0xFF}));
    assertThat(reading.jsons()).containsExactly("{\"text\":\"a\"}");
    assertThat(reading.messages().get(0)).contains("a.txt:2: a NUL character");
    assertThat(reading.messages().get(1)).contains("a.txt:3: not valid UTF-8");
  }

  @Test
  void makesADocumentOfAWholeFile() throws IOException {
    Path file = write("\uFEFFtwo\r\nlines\n".getBytes(UTF_8));
    String json = "{\"text\":\"two\\r\\nlines\\n\",\"file\":\"a.txt\"}";
    assertThat(Reading.of(Reading.wholeFiles(null), file).documents)
        .containsExactly(new Document("a.txt:1", json));
    assertThat(Reading.of(Reading.wholeFiles("file"), file).documents)
        .containsExactly(new Document("a.txt", json));
  }

  @Test
  void pointsToWholeFilesThatCannotBeDocuments() throws IOException {
    Path broken = write(new byte[] {'a', (byte) 0xFF});
    Reading malformed = Reading.of(Reading.wholeFiles(null), broken);
    assertThat(malformed.messages().get(0)).startsWith(broken + ":1: not valid UTF-8");
    assertThat(malformed.failedJsons())
        .containsExactly("{\"_source\":{\"file\":\"" + broken + "\",\"line\":1,\"bytes\":2}}");

    Path large = write("x".repeat(1001).getBytes(UTF_8));
    Reading tooLarge =
        Reading.of(Reading.wholeFiles(null), Reading.recordsUpTo(1000), folder.resolve("s"), large);
    assertThat(tooLarge.messages().get(0)).contains("a file of 1001 bytes, more than 1000");
    assertThat(tooLarge.failedJsons().get(0)).contains("\"bytes\":1001}");

    Reading empty = Reading.of(Reading.wholeFiles(null), write(new byte[0]));
    assertThat(empty.messages().get(0)).contains("the file is empty");
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("a.txt"), content);
  }
}
