package io.beambatch.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.Destination;
import io.beambatch.job.FileDestination;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.schema.InferredSchema;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileDestinationWriterTest {
  @TempDir Path folder;
  private Path out;

  @BeforeEach
  void nameOutput() {
    out = folder.resolve("out");
  }

  @Test
  void copiesJsonLinesByteForByte() throws IOException {
    String lines =
        """
        {"a" : 1.00, "b":1e400,"c":123456789012345678901234567890,"d":"\\n\\"é😀"}
        {"x":{"y":[1,2 ]}}
        """;
    WrittenFile written = write(FileDestination.Format.JSONL, file(Kind.ANSWERED, lines, 2));
    assertThat(written)
        .isEqualTo(new WrittenFile(Kind.ANSWERED, "00007", out + "/sink-r1-00007.jsonl", 2));
    assertThat(Path.of(written.path())).hasContent(lines);
  }

  @Test
  void writesFailuresAsJsonLinesWhateverTheSink() throws IOException {
    WrittenFile written =
        write(
            FileDestination.ofFailures(out + "/failed"),
            file(Kind.FAILED, "{\"a\":1}\n", 1),
            columns("b"));
    assertThat(written.path()).isEqualTo(out + "/failed-r1-00007.jsonl");
    assertThat(Path.of(written.path())).hasContent("{\"a\":1}\n");
  }

  @Test
  void endsALastLineThatHasNoEnd() throws IOException {
    WrittenFile written = write(FileDestination.Format.JSONL, file(Kind.ANSWERED, "{}\n{}", 2));
    assertThat(Files.readString(Path.of(written.path()))).isEqualTo("{}\n{}\n");
  }

  @Test
  void putsARepetitionInPlaceOfTheFileAndLeavesNothingElse() throws IOException {
    write(FileDestination.Format.JSONL, file(Kind.ANSWERED, "{}\n{}\n{}\n", 3));
    WrittenFile again = write(FileDestination.Format.JSONL, file(Kind.ANSWERED, "{}\n", 1));
    assertThat(Path.of(again.path())).hasContent("{}\n");
    assertThat(outputs()).containsExactly(Path.of(again.path()));
  }

  @Test
  void refusesAFileWithAnotherNumberOfDocumentsAndDeliversNothing() throws IOException {
    for (FileDestination.Format type : FileDestination.Format.values()) {
      ResultFile file = file(Kind.ANSWERED, "{\"a\":1}\n{\"a\":2}\n", 3);
      assertThatThrownBy(() -> write(type, file, columns("a")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.path())
          .hasMessageContaining("should have 3 documents, but has 2");
      assertThat(outputs()).isEmpty();
    }
  }

  @Test
  void writesCsvCellsWithoutChangingValues() throws IOException {
    String lines =
        """
        {"text":"two\\nlines, \\"quoted\\" é😀","n":1.00,"big":1e400,"b":true,"x":{"a" :[1, "}"]},"e":""}
        {"n":123456789012345678901234567890,"text":null,"x":[ ],"b":"\\u00e9"}
        {"x":"last wins","x":" \\r "}
        """;
    List<String> columns = List.of("text", "n", "big", "b", "x", "e");
    WrittenFile written =
        write(FileDestination.Format.CSV, file(Kind.ANSWERED, lines, 3), columns(columns));
    assertThat(written)
        .isEqualTo(new WrittenFile(Kind.ANSWERED, "00007", out + "/sink-r1-00007.csv", 3));
    String csv = Files.readString(Path.of(written.path()));
    assertThat(csv)
        .startsWith("text,n,big,b,x,e\r\n\"two\nlines, \"\"quoted\"\" é😀\",1.00,1e400,");
    try (CSVParser parser = CSVParser.parse(new StringReader(csv), CSVFormat.RFC4180)) {
      assertThat(parser.stream().map(CSVRecord::toList))
          .containsExactly(
              columns,
              List.of(
                  "two\nlines, \"quoted\" é😀", "1.00", "1e400", "true", "{\"a\" :[1, \"}\"]}", ""),
              List.of("", "123456789012345678901234567890", "", "é", "[ ]", ""),
              List.of("", "", "", "", " \r ", ""));
    }
  }

  @ParameterizedTest
  @CsvSource({"GZIP,.gz", "BZIP2,.bz2", "ZSTD,.zst"})
  void compressesTextAndSaysSoInTheName(FileDestination.Compression compression, String suffix)
      throws IOException {
    WrittenFile written =
        write(
            new FileDestination(FileDestination.Format.CSV, out + "/sink", compression),
            file(Kind.ANSWERED, "{\"a\":1}\n{\"a\":2}\n", 2),
            columns("a"));
    assertThat(written.path()).isEqualTo(out + "/sink-r1-00007.csv" + suffix);
    try (var stream =
        Channels.newInputStream(
            Compression.valueOf(compression.name())
                .readDecompressed(Files.newByteChannel(Path.of(written.path()))))) {
      assertThat(new String(stream.readAllBytes(), UTF_8)).isEqualTo("a\r\n1\r\n2\r\n");
    }
  }

  @Test
  void refusesToDropAFieldThatIsNoColumn() throws IOException {
    ResultFile file = file(Kind.ANSWERED, "{\"a\":1}\n{\"b\":2}\n", 2);
    assertThatThrownBy(() -> write(FileDestination.Format.CSV, file, columns("a")))
        .hasMessageContaining("line 2: field 'b' is not among the columns");
    assertThat(outputs()).isEmpty();
  }

  @Test
  void tellsDamagedLinesWithoutShowingThem() throws IOException {
    ResultFile file = file(Kind.ANSWERED, "{\"a\":secret}\n", 1);
    assertThatThrownBy(() -> write(FileDestination.Format.CSV, file, columns("a")))
        .hasMessageContaining("line 1: malformed JSON at byte")
        .hasStackTraceContaining("malformed")
        .satisfies(
            e -> {
              for (Throwable t = e; t != null; t = t.getCause()) {
                assertThat(t).message().doesNotContain("secret");
              }
            });
  }

  private static Schema columns(String... names) {
    return columns(List.of(names));
  }

  private static Schema columns(List<String> names) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    names.forEach(name -> shapes.put(name, Shape.NONE));
    return InferredSchema.of(new Shape(Shape.Kind.OBJECT, false, shapes, null));
  }

  private WrittenFile write(FileDestination.Format format, ResultFile file) throws IOException {
    return write(format, file, columns());
  }

  private WrittenFile write(FileDestination.Format format, ResultFile file, Schema columns)
      throws IOException {
    return write(new FileDestination(format, out + "/sink"), file, columns);
  }

  private WrittenFile write(FileDestination destination, ResultFile file, Schema columns)
      throws IOException {
    return new FileDestinationWriter(
            new WithColumns(folder.resolve("staging"), destination, columns), destination)
        .write(file, new RunIdentity("reviews", "r1", "uid", 0), PipelineOptionsFactory.create())
        .orElseThrow();
  }

  /** An output whose columns no plan says. */
  private static final class WithColumns extends Output {
    private final Destination destination;
    private final transient Schema columns;

    WithColumns(Path staging, Destination destination, Schema columns) {
      super(null, new RunFolder(staging + "/reviews/r1"));
      this.destination = destination;
      this.columns = columns;
    }

    @Override
    public Kind kind() {
      return Kind.ANSWERED;
    }

    @Override
    public Destination destination() {
      return destination;
    }

    @Override
    public String section() {
      return "sink";
    }

    @Override
    public Schema schemaFor(Schema documents) {
      return columns;
    }

    @Override
    public Schema schema() {
      return columns;
    }

    @Override
    public boolean isKnownWithPlan() {
      return true;
    }

    @Override
    public boolean isWrapped() {
      return false;
    }
  }

  private ResultFile file(Kind kind, String lines, long documents) throws IOException {
    Path results = Files.createDirectories(folder.resolve("staging/reviews/r1/results"));
    Files.write(results.resolve("00007.jsonl"), lines.getBytes(UTF_8));
    return new ResultFile(kind, "00007", "00007.jsonl", documents);
  }

  private List<Path> outputs() throws IOException {
    if (!Files.exists(out)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(out)) {
      return files.toList();
    }
  }
}
