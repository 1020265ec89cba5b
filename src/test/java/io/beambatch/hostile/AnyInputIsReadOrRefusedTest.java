package io.beambatch.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.job.JobReader;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.openai.FuzzedPages;
import io.beambatch.records.RowFormat;
import io.beambatch.records.RowInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fuzz over all that comes from outside: result lines, pages of lists, Avro and Parquet files,
 * and job files. Valid inputs are cut, doubled, and changed byte by byte; each of them is read, or
 * refused by the one exception that is meant for it. Anything else says the seed that brings it
 * back.
 *
 * <p>{@code -Dbeambatch.fuzz=1000000} tries so many of each kind's share, {@code
 * -Dbeambatch.seed=N} others.
 */
class AnyInputIsReadOrRefusedTest {
  private static final int INPUTS = Integer.getInteger("beambatch.fuzz", 4_000);
  private static final long SEED = Long.getLong("beambatch.seed", 1);

  private static final List<String> RESULTS =
      List.of(
          """
          {"id":"batch_req_1","custom_id":"p0-0","response":{"status_code":200,"request_id":"req_1",\
          "body":{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"message":\
          {"role":"assistant","content":"positive"},"finish_reason":"stop"}],"usage":\
          {"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}},"error":null}""",
          """
          {"custom_id":"p0-1","response":{"status_code":400,"body":{"error":{"message":"no",\
          "type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}},\
          "error":null}""",
          """
          {"custom_id":"p0-2","response":null,"error":{"code":"batch_expired","message":"late"}}""");

  private static final String PAGE =
      """
      {"object":"list","data":[{"id":"batch_1","object":"batch","endpoint":"/v1/chat/completions",\
      "status":"completed","created_at":1767225600,"input_file_id":"file-1","output_file_id":"file-2",\
      "request_counts":{"total":3,"completed":2,"failed":1},"metadata":{"a":"b"},"errors":null},\
      {"id":"file-1","object":"file","bytes":12,"created_at":1767225600,"filename":"a.jsonl",\
      "purpose":"batch","status":"processed"}],"first_id":"batch_1","last_id":"file-1",\
      "has_more":true}""";

  /** What changed places and numbers are likely to trip over. */
  private static final List<String> PIECES =
      List.of(
          "1e400",
          "-1",
          "99999999999999999999",
          "null",
          "{}",
          "[[[[[[",
          "\"\"",
          "\\ud800",
          "\"",
          "\u0000",
          "\u202e",
          "{{",
          "}}",
          ": ",
          "\n",
          "- ",
          "&a ",
          "*a",
          "0x",
          "true",
          "NaN");

  @TempDir Path folder;

  @Test
  void resultLines() throws Exception {
    Job job = JobReader.read("pipelines/sentiment.yaml", List.of());
    RequestSpec request = job.inference().request();
    ResultFormat format =
        request
            .provider()
            .api()
            .results(request.target(), request.body(), job.inference().result().pointer());
    List<byte[]> seeds = RESULTS.stream().map(line -> line.getBytes(UTF_8)).toList();
    each(
        seeds,
        45,
        line -> {
          JsonSlice slice = JsonSlice.of(line, 0, line.length);
          format.customId(slice);
          ResultLine read = format.read(slice);
          if (read != null) {
            assertThat(read.usage()).isNotNull();
          }
        });
  }

  @Test
  void pagesOfLists() throws Exception {
    each(
        List.of(PAGE.getBytes(UTF_8)),
        15,
        page -> {
          try {
            FuzzedPages.read(page);
          } catch (IOException noJson) {
            // It is refused.
          }
        });
  }

  @Test
  void jobFiles() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    try (Stream<Path> jobs = Files.list(Path.of("pipelines"))) {
      for (Path job : jobs.filter(file -> file.toString().endsWith(".yaml")).sorted().toList()) {
        seeds.add(Files.readAllBytes(job));
      }
    }
    each(
        seeds,
        20,
        file -> {
          try {
            JobReader.parse("job.yaml", new String(file, UTF_8), List.of());
          } catch (JobFileException e) {
            assertThat(e.problems()).isNotEmpty();
          }
        });
  }

  @Test
  void avroFiles() throws Exception {
    files(RowFormat.AVRO, ".avro");
  }

  @Test
  void parquetFiles() throws Exception {
    files(RowFormat.PARQUET, ".parquet");
  }

  private void files(RowFormat format, String suffix) throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("test-data/foreign/files"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(suffix)).sorted().toList()) {
        if (Files.size(file) < 4_096) {
          seeds.add(Files.readAllBytes(file));
        }
      }
    }
    assertThat(seeds).isNotEmpty();
    Path file = folder.resolve("input" + suffix);
    each(
        seeds,
        10,
        bytes -> {
          Files.write(file, bytes);
          try {
            RowInput input = format.open(file.toString());
            input.split(1 << 20, 1 << 24, split -> {});
            assertThat(input.schema()).isNotNull();
          } catch (IOException e) {
            assertThat(e.getMessage()).contains(file.toString());
          }
        });
  }

  private static void each(List<byte[]> seeds, int percent, Reading reading) throws Exception {
    long inputs = Math.max(100, (long) INPUTS * percent / 100);
    for (long i = 0; i < inputs; i++) {
      Random random = new Random(SEED * 1_000_003 + i);
      byte[] input = changed(seeds.get(random.nextInt(seeds.size())), random);
      try {
        reading.read(input);
      } catch (Exception | Error e) {
        throw new AssertionError("input " + i + " of -Dbeambatch.seed=" + SEED, e);
      }
    }
  }

  private static byte[] changed(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      // Headers and footers are where lengths and counts stand.
      int at =
          random.nextBoolean()
              ? random.nextInt(bytes.length)
              : random.nextBoolean()
                  ? random.nextInt(Math.min(200, bytes.length))
                  : bytes.length - 1 - random.nextInt(Math.min(200, bytes.length));
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> with(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> with(bytes, at, bytes.length, new byte[0]);
            case 2 -> with(bytes, at, at, piece(random));
            case 3 ->
                with(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), piece(random));
            default -> with(bytes, at, at, slice(bytes, random));
          };
    }
    return bytes;
  }

  private static byte[] piece(Random random) {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8);
  }

  private static byte[] slice(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + random.nextInt(64)));
  }

  private static byte[] with(byte[] bytes, int from, int to, byte[] middle) {
    byte[] made = new byte[from + middle.length + bytes.length - to];
    System.arraycopy(bytes, 0, made, 0, from);
    System.arraycopy(middle, 0, made, from, middle.length);
    System.arraycopy(bytes, to, made, from + middle.length, bytes.length - to);
    return made;
  }

  @FunctionalInterface
  private interface Reading {
    void read(byte[] input) throws Exception;
  }
}
