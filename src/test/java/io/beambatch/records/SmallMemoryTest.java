package io.beambatch.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker with a quarter of a gigabyte reads files with absurd claims, one after the other. */
@Tag("slow")
@Timeout(600)
class SmallMemoryTest {
  private static final byte[] MARKER = "sixteen bytes...".getBytes(UTF_8);

  @TempDir Path folder;

  @Test
  void everyClaimIsAnErrorAndTheWorkerLives() throws Exception {
    Map<String, byte[]> files = Claims.all();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      write(file.getKey().replace(' ', '-') + ".parquet", file.getValue());
    }
    write("deflate.avro", avro("deflate", deflated()));
    write("zstandard.avro", avro("zstandard", zstandard()));
    write("zz-healthy.avro", avro("null", new byte[] {2, 'x'}));

    List<String> lines = read();

    assertThat(lines).hasSize(files.size() + 3);
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches("[^:]+: (error Can't read .+|rows 1, invalid 0)")
                    .doesNotContainPattern(RowInput.CLASS_NAME));
    assertThat(lines).last().isEqualTo("zz-healthy.avro: rows 1, invalid 0");
    assertThat(lines)
        .filteredOn(line -> line.startsWith("deflate.avro") || line.startsWith("zstandard.avro"))
        .hasSize(2)
        .allMatch(line -> line.contains("error"));
  }

  private List<String> read() throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ClaimsReader.class.getName(),
                folder.resolve("files").toString())
            .redirectOutput(out.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    try {
      assertThat(process.waitFor(500, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(out);
  }

  private void write(String name, byte[] content) throws IOException {
    Files.createDirectories(folder.resolve("files"));
    Files.write(folder.resolve("files").resolve(name), content);
  }

  /** A file of one block, with one record of one text. */
  private static byte[] avro(String codec, byte[] block) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {'O', 'b', 'j', 1});
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoder.writeMapStart();
    encoder.setItemCount(2);
    encoder.startItem();
    encoder.writeString("avro.schema");
    encoder.writeBytes(
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"v\",\"type\":\"string\"}]}"
            .getBytes(UTF_8));
    encoder.startItem();
    encoder.writeString("avro.codec");
    encoder.writeBytes(codec.getBytes(UTF_8));
    encoder.writeMapEnd();
    encoder.writeFixed(MARKER);
    encoder.writeLong(1);
    encoder.writeLong(block.length);
    encoder.writeFixed(block);
    encoder.writeFixed(MARKER);
    encoder.flush();
    return out.toByteArray();
  }

  private static byte[] deflated() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream deflate =
        new DeflaterOutputStream(out, new Deflater(Deflater.BEST_SPEED, true))) {
      zeros(deflate);
    }
    return out.toByteArray();
  }

  private static byte[] zstandard() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream packed = new ZstdOutputStream(out)) {
      zeros(packed);
    }
    return out.toByteArray();
  }

  private static void zeros(OutputStream out) throws IOException {
    byte[] piece = new byte[1 << 20];
    for (int i = 0; i < 1 << 9; i++) {
      out.write(piece);
    }
  }
}
