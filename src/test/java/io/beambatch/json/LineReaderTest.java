package io.beambatch.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  @Test
  void givesEachLineWithItsNumberAndWithoutItsLineEnd() throws IOException {
    assertThat(read("a\nbc\r\n\nlast", 100))
        .containsExactly("1:a:true", "2:bc:true", "3::true", "4:last:false");
  }

  @Test
  void givesNothingOfAnEmptyStream() throws IOException {
    assertThat(read("", 100)).isEmpty();
  }

  @Test
  void takesALineOfTheMaximumLengthWhateverItsLineEnd() throws IOException {
    assertThat(read("12345\r\n12345\n12345", 5))
        .containsExactly("1:12345:true", "2:12345:true", "3:12345:false");
  }

  @Test
  void passesOverALongLineAndKnowsItsLength() throws IOException {
    String lines = "a\n" + "x".repeat(3_000_000) + "\nb\n" + "y".repeat(6) + "\nc";
    assertThat(read(lines, 5))
        .containsExactly("1:a:true", "2:3000000 bytes", "3:b:true", "4:6 bytes", "5:c:false");
  }

  @Test
  void readsLinesThatAreLargerThanItsFirstBuffer() throws IOException {
    String line = "x".repeat(1_000_000);
    assertThat(read("a\n" + line + "\nb", 1_000_000))
        .containsExactly("1:a:true", "2:" + line + ":true", "3:b:false");
  }

  @Test
  void readsNoFurtherThanItsLength() throws IOException {
    InputStream stream = new ByteArrayInputStream("a\nb\nc\n".getBytes(UTF_8));
    LineReader reader = new LineReader(stream, 4, RecordScanner.ofLines(), 10, 7);
    assertThat(reader.next()).isTrue();
    assertThat(reader.next()).isTrue();
    assertThat(reader.number()).isEqualTo(8);
    assertThat(reader.next()).isFalse();
  }

  @Test
  void failsIfTheStreamIsShorterThanItsLength() {
    InputStream stream = new ByteArrayInputStream("a\nb".getBytes(UTF_8));
    LineReader reader = new LineReader(stream, 10, RecordScanner.ofLines(), 10, 1);
    assertThatThrownBy(
            () -> {
              while (reader.next()) {
                assertThat(reader.number()).isLessThan(3);
              }
            })
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("7 bytes early");
  }

  @Test
  void knowsWhereALineStartsAndHowALongOneBegins() throws IOException {
    String text = "ab\r\n\n" + "x".repeat(3_000_000) + "\n" + "y".repeat(70_000) + "z\nc";
    LineReader reader = LineReader.ofLines(new ByteArrayInputStream(text.getBytes(UTF_8)), 70_000);
    List<String> found = new ArrayList<>();
    while (reader.next()) {
      found.add(reader.offset() + ":" + reader.slice().length() + ":" + reader.tooLong());
    }
    assertThat(found)
        .containsExactly(
            "0:2:false", "4:0:false", "5:65536:true", "3000006:65536:true", "3070008:1:false");
  }

  private static List<String> read(String text, int maxBytes) throws IOException {
    LineReader reader =
        LineReader.ofLines(new ByteArrayInputStream(text.getBytes(UTF_8)), maxBytes);
    List<String> records = new ArrayList<>();
    while (reader.next()) {
      String content =
          new String(reader.buffer(), reader.start(), reader.end() - reader.start(), UTF_8);
      records.add(
          reader.number()
              + ":"
              + (reader.tooLong()
                  ? reader.bytes() + " bytes"
                  : content + ":" + reader.terminated()));
    }
    return records;
  }
}
