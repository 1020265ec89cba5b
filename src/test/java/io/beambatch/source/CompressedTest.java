package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.CSV;
import static io.beambatch.job.FileSource.Format.JSONL;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.beambatch.document.Document;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressedTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"gz,GZIP", "gzip,GZIP", "bz2,BZIP2", "zst,ZSTD", "ZSTD,ZSTD"})
  void readsConcatenatedCompressedFilesInSplits(String ending, Compression compression)
      throws IOException {
    String first = "\uFEFF{\"a\":1}\n{\"a\":2}\n{\"a\":";
    String second = "3}\n\n{\"a\":4}";
    Path file = folder.resolve("a.jsonl." + ending);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(compress(first, compression));
      out.write(compress(second, compression));
    }
    Reading reading =
        Reading.of(
            Reading.source(JSONL, null), Reading.splitsOf(10), folder.resolve("staging"), file);
    assertThat(reading.jsons()).containsExactly("{\"a\":1}", "{\"a\":2}", "{\"a\":3}", "{\"a\":4}");
    assertThat(reading.ids().get(3)).isEqualTo("a.jsonl." + ending + ":5");
    assertThat(reading.splits).hasSizeGreaterThan(1).allMatch(s -> s.offset() == 0);
  }

  @Test
  void writesTheSameSplitsAtARepetition() throws IOException {
    Path file = folder.resolve("a.csv.gz");
    Files.write(file, compress("a,b\n1,\"x\ny\"\n2,z\n", Compression.GZIP));
    Path staging = folder.resolve("staging");
    Reading first = Reading.of(Reading.source(CSV, null), Reading.splitsOf(1), staging, file);
    List<Path> files = files(staging);
    Reading second = Reading.of(Reading.source(CSV, null), Reading.splitsOf(1), staging, file);
    assertThat(second.splits).isEqualTo(first.splits);
    assertThat(files(staging)).isEqualTo(files).hasSize(2);
    assertThat(second.documents)
        .isEqualTo(first.documents)
        .extracting(Document::json)
        .containsExactly("{\"a\":\"1\",\"b\":\"x\\ny\"}", "{\"a\":\"2\",\"b\":\"z\"}");
  }

  @ParameterizedTest
  @CsvSource({"gz,GZIP", "bz2,BZIP2", "zst,ZSTD"})
  void failsOnATruncatedFileAndLeavesNoHalfSplit(String ending, Compression compression)
      throws IOException {
    byte[] whole = compress("{\"a\":\"" + "x".repeat(5000) + "\"}\n", compression);
    Path file = folder.resolve("a.jsonl." + ending);
    Files.write(file, Arrays.copyOf(whole, whole.length - 6));
    Path staging = folder.resolve("staging");
    assertThatThrownBy(
            () -> Reading.of(Reading.source(JSONL, null), Reading.SETTINGS, staging, file))
        .isInstanceOf(SourceException.class)
        .hasMessageStartingWith("Can't read " + file)
        .hasMessageContaining(" data end too early: the file was cut off");
    assertThat(Files.exists(staging) ? files(staging) : List.of()).isEmpty();
  }

  @Test
  void keepsALineWithoutEndOffTheStagingLocation() throws IOException {
    int limit = 1_000;
    long endless = 3_000_000;
    Path file = folder.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("{\"a\":1}\n{\"a\":2}\r\n".getBytes(UTF_8));
      out.write("x".repeat((int) endless).getBytes(UTF_8));
      out.write("\r\n{\"a\":3}\n".getBytes(UTF_8));
      out.write("y".repeat((int) endless + 1).getBytes(UTF_8));
    }
    Path staging = folder.resolve("staging");

    Reading reading =
        Reading.of(Reading.source(JSONL, null), Reading.recordsUpTo(limit), staging, file);

    assertThat(reading.documents)
        .extracting(Document::id, Document::json)
        .containsExactly(
            tuple("a.jsonl.gz:1", "{\"a\":1}"),
            tuple("a.jsonl.gz:2", "{\"a\":2}"),
            tuple("a.jsonl.gz:4", "{\"a\":3}"));
    assertThat(reading.failedJsons())
        .containsExactly(
            "{\"_source\":{\"file\":\"%s\",\"line\":3,\"bytes\":%d}}".formatted(file, endless),
            "{\"_source\":{\"file\":\"%s\",\"line\":5,\"bytes\":%d}}".formatted(file, endless + 1));
    assertThat(reading.messages().get(0))
        .isEqualTo(file + ":3: a line of 3000000 bytes, more than 1000; shorten it");
    long staged = 0;
    for (Path split : files(staging)) {
      staged += Files.size(split);
    }
    assertThat(staged).isLessThan(1_000_000);
  }

  @Test
  void readsAWholeCompressedFile() throws IOException {
    Path file = folder.resolve("a.txt.gz");
    Files.write(file, compress("two\nlines", Compression.GZIP));
    assertThat(Reading.of(Reading.wholeFiles(null), file).jsons())
        .containsExactly("{\"text\":\"two\\nlines\",\"file\":\"a.txt.gz\"}");
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static byte[] compress(String text, Compression compression) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (WritableByteChannel channel = compression.writeCompressed(Channels.newChannel(bytes))) {
      Channels.newOutputStream(channel).write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }
}
