package io.beambatch.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.schema.AvroJson;
import io.beambatch.schema.InferredSchema;
import io.beambatch.schema.RandomRecords;
import io.beambatch.schema.ShapeCollector;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RowFilesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "AVRO,none", "AVRO,deflate", "AVRO,snappy", "AVRO,zstd",
    "PARQUET,none", "PARQUET,snappy", "PARQUET,gzip", "PARQUET,zstd"
  })
  void whatWasWrittenIsReadInSplitsWithItsNumbers(RowFormat format, String codec)
      throws IOException {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      documents.add(
          "{\"n\":" + i + ",\"text\":\"ä 漢 🚀 " + "x".repeat(i % 50) + "\",\"l\":[[1],[null]]}");
    }
    String path = write(format, codec, documents);
    RowInput file = format.open(path);
    List<RowInput.Split> splits = new ArrayList<>();
    file.split(4_096, Long.MAX_VALUE, splits::add);
    List<String> read = new ArrayList<>();
    for (RowInput.Split split : splits) {
      assertThat(split.first()).isEqualTo(read.size() + 1);
      file.read(
          split,
          receiver(
              (number, json) -> {
                read.add(json);
                assertThat(number).isEqualTo(read.size());
              }));
    }
    assertThat(read).isEqualTo(documents);
  }

  @Test
  void largeRowGroupsAreReadInSplits() throws IOException {
    Schema schema =
        SchemaBuilder.record("R").fields().requiredLong("n").requiredString("text").endRecord();
    Path path = folder.resolve("groups.parquet");
    int records = 1_003;
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(path))
            .withSchema(schema)
            .withConf(new PlainParquetConfiguration())
            .withRowGroupSize(20_000L)
            .build()) {
      for (int i = 1; i <= records; i++) {
        writer.write(
            new GenericRecordBuilder(schema)
                .set("n", (long) i)
                .set("text", "x".repeat(i % 200))
                .build());
      }
    }
    RowInput file = RowFormat.PARQUET.open(path.toString());
    List<RowInput.Split> groups = new ArrayList<>();
    file.split(1, Long.MAX_VALUE, groups::add);
    assertThat(groups).hasSizeGreaterThan(2);
    List<RowInput.Split> splits = new ArrayList<>();
    file.split(1, 1, splits::add);
    assertThat(splits).hasSizeBetween(10 * groups.size(), 16 * groups.size());

    List<Long> numbers = new ArrayList<>();
    for (RowInput.Split split : splits) {
      file.read(
          split,
          receiver(
              (number, json) -> {
                assertThat(json).startsWith("{\"n\":" + number + ",");
                numbers.add(number);
              }));
    }
    assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, records).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void recordsOfAnyTypesComeBackEqual(RowFormat format) throws IOException {
    int held = 0;
    for (int seed = 0; seed < 150; seed++) {
      RandomRecords random = new RandomRecords(seed);
      Schema schema = random.schema();
      try {
        format.checkCanHold(schema);
      } catch (IllegalArgumentException e) {
        assertThat(format).isEqualTo(RowFormat.PARQUET);
        continue;
      }
      held++;
      List<GenericRecord> records =
          List.of(random.record(schema), random.record(schema), random.record(schema));
      AvroJson json = AvroJson.of(schema);
      List<String> expected = new ArrayList<>();
      Path path = folder.resolve("any");
      try (OutputStream out = Files.newOutputStream(path);
          RowOutput writer = format.write(out, schema, "none")) {
        for (GenericRecord record : records) {
          writer.add(record);
          expected.add(json.json(record));
        }
      }
      RowInput file = format.open(path.toString());
      List<String> read = new ArrayList<>();
      file.split(1, Long.MAX_VALUE, split -> readInto(file, split, read));
      assertThat(file.schema()).as("seed %d", seed).isEqualTo(schema);
      assertThat(read.stream().map(text -> equal(json, text)).toList())
          .as("seed %d", seed)
          .isEqualTo(expected.stream().map(text -> equal(json, text)).toList());
    }
    assertThat(held).isGreaterThan(50);
  }

  /** Maps come back in any order. */
  private static Object equal(AvroJson json, String text) {
    try {
      return json.record(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void aFileThatIsCutOffIsAnErrorThatNamesIt(RowFormat format) throws IOException {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      documents.add("{\"n\":" + i + "}");
    }
    byte[] whole = Files.readAllBytes(Path.of(write(format, "none", documents)));
    Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 100));
    assertThatThrownBy(
            () -> format.open(cut.toString()).split(1 << 20, Long.MAX_VALUE, split -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(cut.toString())
        .hasMessageContaining("cut off");
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void aFileOfAnotherFormatIsAnErrorThatNamesIt(RowFormat format) throws IOException {
    Path csv = Files.writeString(folder.resolve("a.csv"), "id,text\n1,a\n");
    assertThatThrownBy(() -> format.open(csv.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(csv.toString())
        .hasMessageContaining("check source.type");
  }

  @ParameterizedTest
  @EnumSource(RowFormat.class)
  void damagedContentIsAnErrorThatNamesFileAndRecord(RowFormat format) throws IOException {
    List<String> documents = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      documents.add("{\"n\":" + i * 1_000_003L + ",\"t\":\"" + "abc".repeat(i % 20) + "\"}");
    }
    String path = write(format, "snappy", documents);
    byte[] bytes = Files.readAllBytes(Path.of(path));
    RowInput file = format.open(path);
    for (int at = bytes.length / 2; at < bytes.length / 2 + 40; at++) {
      bytes[at] ^= 0x5A;
    }
    Files.write(Path.of(path), bytes);
    assertThatThrownBy(
            () -> file.split(1, Long.MAX_VALUE, split -> readInto(file, split, new ArrayList<>())))
        .hasStackTraceContaining(path);
  }

  @Test
  void columnsOfAnyNameKeepItInTheDocuments() throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message schema { optional binary first_name (STRING); required int64 n; }");
    MessageType renamed = rename(type);
    Path path = folder.resolve("names.parquet");
    try (var writer =
        ExampleParquetWriter.builder(new LocalOutputFile(path)).withType(renamed).build()) {
      var group = new org.apache.parquet.example.data.simple.SimpleGroup(renamed);
      group.add("first name", "Ada");
      group.add("n", 1L);
      writer.write(group);
    }
    RowInput file = RowFormat.PARQUET.open(path.toString());
    List<String> read = new ArrayList<>();
    file.split(1, Long.MAX_VALUE, split -> readInto(file, split, read));
    assertThat(read).containsExactly("{\"first name\":\"Ada\",\"n\":1}");
    // As it is kept in the run's folder, and read from there.
    assertThat(
            AvroJson.of(new Schema.Parser().parse(file.schema().toString()))
                .record(read.get(0))
                .get("first_name"))
        .hasToString("Ada");
  }

  @Test
  void oldTimestampsOfTwelveBytesAreTimesWithAllTheirDigits() throws IOException {
    RowInput file = int96(Map.of(), 47_100_123_456_789L);
    assertThat(read(file)).containsExactly("{\"at\":\"2024-01-31T13:05:00.123456789Z\"}");
    // No number of Avro's has both the digits and the years that these can have.
    assertThat(file.schema().getField("at").schema())
        .hasToString("{\"type\":\"string\",\"parquetType\":\"INT96\"}");
  }

  @Test
  void oldTimestampsOfSparkAreMicroseconds() throws IOException {
    RowInput file = int96(Map.of("org.apache.spark.version", "3.5.1"), 47_100_500_000_000L);
    assertThat(read(file)).containsExactly("{\"at\":\"2024-01-31T13:05:00.500Z\"}");
    assertThat(file.schema().getField("at").schema().getLogicalType().getName())
        .isEqualTo("timestamp-micros");
  }

  private RowInput int96(Map<String, String> metadata, long nanosOfDay) throws IOException {
    MessageType type = MessageTypeParser.parseMessageType("message m { required int96 at; }");
    Path path = folder.resolve("int96.parquet");
    try (var writer =
        ExampleParquetWriter.builder(new LocalOutputFile(path))
            .withType(type)
            .withExtraMetaData(metadata)
            .build()) {
      var group = new org.apache.parquet.example.data.simple.SimpleGroup(type);
      group.add("at", new org.apache.parquet.example.data.simple.NanoTime(2_460_341, nanosOfDay));
      writer.write(group);
    }
    return RowFormat.PARQUET.open(path.toString());
  }

  private static List<String> read(RowInput file) throws IOException {
    List<String> read = new ArrayList<>();
    file.split(1, Long.MAX_VALUE, split -> readInto(file, split, read));
    return read;
  }

  private static MessageType rename(MessageType type) {
    return new MessageType(
        "my schema",
        org.apache.parquet.schema.Types.optional(
                type.getType("first_name").asPrimitiveType().getPrimitiveTypeName())
            .as(type.getType("first_name").getLogicalTypeAnnotation())
            .named("first name"),
        type.getType("n"));
  }

  private String write(RowFormat format, String codec, List<String> documents) throws IOException {
    ShapeCollector shape = new ShapeCollector();
    for (String document : documents) {
      shape.add(document);
    }
    Schema schema = InferredSchema.of(shape.shape());
    AvroJson json = AvroJson.of(schema);
    String path = folder.resolve("file").toString();
    Storage.write(
        path,
        out -> {
          try (RowOutput writer = format.write(out, schema, codec)) {
            for (String document : documents) {
              writer.add(json.record(document));
            }
          }
        });
    return path;
  }

  private static void readInto(RowInput file, RowInput.Split split, List<String> read) {
    try {
      file.read(split, receiver((number, json) -> read.add(json)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static RowInput.Receiver receiver(java.util.function.BiConsumer<Long, String> records) {
    return new RowInput.Receiver() {
      @Override
      public void record(long number, String json) {
        records.accept(number, json);
      }

      @Override
      public void invalid(long number, String problem) {
        throw new AssertionError("record " + number + ": " + problem);
      }
    };
  }
}
