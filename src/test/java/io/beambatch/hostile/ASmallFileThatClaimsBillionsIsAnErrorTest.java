package io.beambatch.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.records.ReadRecords;
import io.beambatch.records.RowFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of some hundred bytes claim to hold billions of items, digits or records. They are one
 * clear error, and take neither memory nor time.
 */
@Timeout(600)
class ASmallFileThatClaimsBillionsIsAnErrorTest {
  private static final long CLAIM = 2_000_000_000;
  private static final byte[] MARKER = "sixteen bytes...".getBytes(UTF_8);

  @TempDir Path folder;

  @Test
  void aTextThatClaimsTwoBillionBytesIsAnError() throws IOException {
    assertThatThrownBy(
            () -> read(avro(field("\"string\""), 1, encoder -> encoder.writeLong(CLAIM))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("record 1")
        .hasMessageContaining("ends too early");
  }

  @Test
  void anArrayThatClaimsTwoBillionItemsIsAnError() throws IOException {
    for (String items :
        List.of("\"int\"", "\"null\"", "{\"type\":\"record\",\"name\":\"E\",\"fields\":[]}")) {
      Path file =
          avro(
              field("{\"type\":\"array\",\"items\":" + items + "}"),
              1,
              encoder -> encoder.writeLong(CLAIM));
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("it claims to have 2000000000 items");
    }
  }

  @Test
  void aSourceThatClaimsTwoBillionItemsIsAnErrorBeforeAnythingIsSent() throws IOException {
    Path file =
        avro(
            field("{\"type\":\"array\",\"items\":\"string\"}"),
            1,
            encoder -> encoder.writeLong(CLAIM));

    Said said =
        Said.by(
            new Workplace(folder)
                .command(
                    "plan",
                    "pipelines/sentiment.yaml",
                    "--set",
                    "source.type=avro",
                    "--set",
                    "source.path=" + file));

    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.err())
        .contains(file.toString())
        .contains("it claims to have 2000000000 items")
        .doesNotContain("Exception");
  }

  @Test
  void aMapThatClaimsTwoBillionEntriesIsAnError() throws IOException {
    Path file =
        avro(
            field("{\"type\":\"map\",\"values\":\"null\"}"),
            1,
            encoder -> encoder.writeLong(CLAIM));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it claims to have 2000000000 items");
  }

  @Test
  void aBlockThatClaimsTwoBillionRecordsIsAnError() throws IOException {
    for (String type : List.of("\"int\"", "\"null\"")) {
      assertThatThrownBy(() -> read(avro(field(type), CLAIM, encoder -> encoder.writeInt(1))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("it claims to have 2000000000 items");
    }
  }

  @Test
  void aHeaderThatClaimsTwoBillionBytesIsAnError() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {'O', 'b', 'j', 1});
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoder.writeLong(1);
    encoder.writeString("avro.schema");
    encoder.writeLong(CLAIM);
    Path file = Files.write(folder.resolve("header.avro"), out.toByteArray());
    assertThatThrownBy(() -> RowFormat.AVRO.open(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut off in its header");
  }

  @Test
  void typesThatClaimBillionsOfBytesOrDigitsAreErrors() throws IOException {
    for (String type :
        List.of(
            "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2000000000}",
            "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":2000000000,\"scale\":1999999999}")) {
      assertThatThrownBy(() -> read(avro(field(type), 1, encoder -> encoder.writeInt(2))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Can't read")
          .hasMessageContaining("2000000000");
    }
  }

  @Test
  void aDecimalWithAScaleOfBillionsIsAnInvalidDocumentAndTheNextIsRead() throws IOException {
    Path file =
        avro(
            field("{\"type\":\"bytes\",\"logicalType\":\"big-decimal\"}"),
            2,
            encoder -> {
              for (int scale : new int[] {-2_000_000_000, 2}) {
                ByteArrayOutputStream value = new ByteArrayOutputStream();
                BinaryEncoder inner = EncoderFactory.get().directBinaryEncoder(value, null);
                inner.writeBytes(new byte[] {7, (byte) 0xD0});
                inner.writeInt(scale);
                encoder.writeBytes(value.toByteArray());
              }
            });
    assertThat(read(file))
        .containsExactly(
            "record 1: field 'v': the decimal has more than 10000 digits", "{\"v\":20.00}");
  }

  @Test
  void recordsThatHoldThemselvesEndSomewhere() throws IOException {
    String endless =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}";
    assertThatThrownBy(() -> read(avro(endless, 1, encoder -> {})))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nested too deeply");
    String list =
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":[\"null\",\"R\"]}]}";
    Path deep =
        avro(
            list,
            1,
            encoder -> {
              for (int i = 0; i < 100_000; i++) {
                encoder.writeIndex(1);
              }
              encoder.writeIndex(0);
            });
    assertThatThrownBy(() -> read(deep))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nested more than");
    Path shallow =
        avro(
            list,
            1,
            encoder -> {
              encoder.writeIndex(1);
              encoder.writeIndex(0);
            });
    assertThat(read(shallow)).containsExactly("{\"r\":{\"r\":null}}");
    assertThatThrownBy(
            () -> RowFormat.PARQUET.checkCanHold(RowFormat.AVRO.open(shallow.toString()).schema()))
        .hasMessageContaining("field 'r' is a record that holds itself")
        .hasMessageContaining("choose another sink.type");
  }

  @Test
  void aBlockThatGrowsBeyondAllMeasureIsAnError() throws IOException {
    byte[] zeros = new byte[140 << 20];
    byte[] packed = Zstd.compress(zeros, 1);
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    deflater.setInput(zeros);
    deflater.finish();
    byte[] deflated = new byte[1 << 20];
    int length = deflater.deflate(deflated);
    deflater.end();
    for (Path file :
        List.of(
            avro(field("\"string\""), "zstandard", 1, packed),
            avro(field("\"string\""), "deflate", 1, Arrays.copyOf(deflated, length)))) {
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("bytes when decompressed");
    }
  }

  @Test
  void aCodecThatIsNotKnownIsNamed() throws IOException {
    assertThatThrownBy(() -> read(avro(field("\"string\""), "lzma9", 1, new byte[1])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("compressed with 'lzma9', which can't be read");
  }

  @Test
  void aTextThatIsNoUtf8AndAKeyThatComesTwiceAreInvalidDocuments() throws IOException {
    Path text =
        avro(
            field("\"string\""),
            2,
            encoder -> {
              encoder.writeBytes(new byte[] {'a', (byte) 0xFF});
              encoder.writeString("ok");
            });
    assertThat(read(text))
        .containsExactly("record 1: field 'v': the stored text is not UTF-8", "{\"v\":\"ok\"}");
    Path map =
        avro(
            field("{\"type\":\"map\",\"values\":\"int\"}"),
            2,
            encoder -> {
              encoder.writeLong(2);
              for (int i = 1; i <= 2; i++) {
                encoder.writeString("k");
                encoder.writeInt(i);
              }
              encoder.writeLong(0);
              encoder.writeLong(0);
            });
    assertThat(read(map))
        .containsExactly("record 1: field 'v.{}': the map has a key twice", "{\"v\":{}}");
  }

  /**
   * Every byte of a file may be another: what comes is rows or an error, and never anything else.
   */
  @Test
  void damagedFilesAreRowsOrErrors() throws IOException {
    Random random = new Random(5);
    for (String name :
        List.of(
            "fastavro-decimal-bytes.avro",
            "fastavro-codec-snappy.avro",
            "fastavro-unions.avro",
            "pyarrow-decimal9.parquet",
            "pyarrow-codec-lz4.parquet",
            "pyarrow-delta.parquet",
            "duckdb-varchar.parquet")) {
      byte[] whole = Files.readAllBytes(Path.of("test-data/foreign/files/" + name));
      for (int i = 0; i < 20; i++) {
        byte[] damaged = whole.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        Path file = Files.write(folder.resolve("damaged-" + name), damaged);
        try {
          read(file);
        } catch (IOException e) {
          assertThat(e).hasMessageStartingWith("Can't read " + file);
        }
      }
    }
  }

  private static String field(String type) {
    return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"v\",\"type\":"
        + type
        + "}]}";
  }

  private Path avro(String schema, long records, Content content) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(block, null);
    content.write(encoder);
    return avro(schema, "null", records, block.toByteArray());
  }

  private Path avro(String schema, String codec, long records, byte[] block) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {'O', 'b', 'j', 1});
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoder.writeLong(2);
    encoder.writeString("avro.schema");
    encoder.writeBytes(schema.getBytes(UTF_8));
    encoder.writeString("avro.codec");
    encoder.writeBytes(codec.getBytes(UTF_8));
    encoder.writeLong(0);
    encoder.writeFixed(MARKER);
    encoder.writeLong(records);
    encoder.writeBytes(block);
    encoder.writeFixed(MARKER);
    return Files.write(Files.createTempFile(folder, "hostile", ".avro"), out.toByteArray());
  }

  /** The rows, and in the place of invalid ones what is wrong with them. */
  private static List<String> read(Path path) throws IOException {
    RowFormat format = path.toString().endsWith(".avro") ? RowFormat.AVRO : RowFormat.PARQUET;
    return ReadRecords.of(
        format.open(path.toString()), (number, problem) -> "record " + number + ": " + problem);
  }

  private interface Content {
    void write(BinaryEncoder encoder) throws IOException;
  }
}
