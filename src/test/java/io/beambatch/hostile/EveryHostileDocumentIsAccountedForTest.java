package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Documents that mean no good, through the whole command: each one comes out once, answered or with
 * its reason, as UTF-8 and JSON, and what was answered is what was read.
 *
 * <p>{@code -Dbeambatch.seed=N -Dbeambatch.rounds=M} takes others.
 */
@Tag("slow")
class EveryHostileDocumentIsAccountedForTest {
  private static final long SEED = Long.getLong("beambatch.seed", 1);
  private static final int ROUNDS = Integer.getInteger("beambatch.rounds", 1);
  private static final int LINES = 80;

  /** A field that is there twice comes out twice. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** Values of a field, as they stand in a file; in ISO 8859-1, so that any byte can be one. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "1e999",
          "-0.0",
          "1E-400",
          "123456789012345678901234567890.000000000000000000001",
          "01",
          "NaN",
          "\"\"",
          "\" \"",
          "\"\\u0000\"",
          "\"a\0b\"",
          "\"\\ud800\"",
          "\"\\ude00\\ud83d\"",
          "\"\\ud83d\\ude00\"",
          "\"\\x41\"",
          "\"\\u2028\\ufeff\"",
          "\"\u00e2\u0080\u00a8\"",
          "\"\u00ed\u00a0\u0080\"",
          "\"\u00ff\u00fe\"",
          "\"\u00c0\u0080\"",
          "\"\u00f0\u009f\u0098\u0080\"",
          "\"\u00f0\u009f\u0098\"",
          "\"\u0007\"",
          "\"a,b;c\\\"d\\\\\\n\\r\\n=1+1\"",
          "\"{{text}} {{#x}} {{{y}}}\"",
          "[]",
          "{}",
          "[[{\"a\":[null,{}]}],\"x\"]",
          "{\"text\":{\"text\":1},\"\":2}",
          "[".repeat(90) + "]".repeat(90),
          "[".repeat(1_500) + "]".repeat(1_500),
          "\"" + "long ".repeat(30_000) + "\"");

  /** What stands where nothing should. */
  private static final List<String> JUNK =
      List.of(
          "\0",
          "\u00ff",
          "\u00ef\u00bb\u00bf",
          "\u00ed\u00a0\u0080",
          "\"",
          "\\",
          "{",
          "}",
          "[",
          ",",
          ":",
          "\t",
          "\r",
          "//x",
          "'",
          "\u001f\u008b");

  private static final List<String> NAMES =
      List.of(
          "text", "a", "a b", "a.b", "", "_batch", "_failure", "sentiment", "\\u0061", "n", "é");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"jsonl, jsonl", "jsonl, csv", "text, jsonl", "csv, jsonl"})
  void eachOneComesOutOnce(String source, String sink) throws Exception {
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      run(source, sink, seed);
    }
  }

  private void run(String type, String sink, long seed) throws Exception {
    Random random = new Random(seed);
    Workplace workplace = new Workplace(Files.createDirectory(folder.resolve("seed-" + seed)));
    List<byte[]> lines = lines(type, random);
    Path source = workplace.folder().resolve("documents");
    Files.write(source, joined(lines, random));
    List<byte[]> documents = type.equals("csv") ? lines.subList(1, lines.size()) : lines;

    Said said =
        workplace.run(
            "pipelines/sentiment.yaml",
            "--set",
            "source.path=" + source,
            "--set",
            "source.type=" + type,
            "--set",
            "source.id=",
            "--set",
            "sink.type=" + sink,
            "--set",
            "limits.requests=30");

    assertThat(said.exitCode()).as("seed %d: %s", seed, said).isZero();
    List<JsonNode> failed = trees(workplace.failures(), seed);
    int answered;
    if (sink.equals("csv")) {
      answered = rows(workplace.sink(), seed);
    } else {
      List<JsonNode> answers = trees(workplace.sink(), seed);
      answered = answers.size();
      if (type.equals("jsonl")) {
        assertUnchanged(answers, documents, seed);
      }
    }
    long expected = documents.stream().filter(line -> !isBlank(line)).count();
    assertThat(answered + failed.size()).as("seed %d", seed).isEqualTo((int) expected);
    assertThat(said.told("documents")).as("seed %d", seed).isEqualTo(String.valueOf(expected));
    assertThat(answered).as("seed %d", seed).isPositive();
    assertThat(failed)
        .isNotEmpty()
        .allSatisfy(document -> assertThat(document.at("/_failure/reason").asText()).isNotEmpty());
  }

  private static void assertUnchanged(List<JsonNode> answers, List<byte[]> lines, long seed) {
    Map<JsonNode, Integer> sources = new HashMap<>();
    for (byte[] line : lines) {
      JsonNode document = treeOrNull(line);
      if (document instanceof ObjectNode object) {
        sources.merge(object.without(List.of("sentiment", "_batch", "_failure")), 1, Integer::sum);
      }
    }
    for (JsonNode answer : answers) {
      JsonNode given = ((ObjectNode) answer).without(List.of("sentiment", "_batch", "_failure"));
      assertThat(sources.merge(given, -1, Integer::sum))
          .as("seed %d: a source document is %s", seed, given)
          .isNotNegative();
    }
  }

  private static List<byte[]> lines(String type, Random random) {
    List<byte[]> lines = new ArrayList<>();
    if (type.equals("csv")) {
      lines.add("text,a,\"b c\"".getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < LINES; i++) {
      String line = type.equals("csv") ? row(i, random) : object(i, random);
      for (int junk = random.nextInt(4) - 2; junk > 0; junk--) {
        int at = random.nextInt(line.length() + 1);
        String piece = JUNK.get(random.nextInt(JUNK.size()));
        // These would make two records of one line, or one record of several.
        boolean cuts =
            (piece.equals("\r") && !type.equals("jsonl"))
                || (piece.equals("\"") && type.equals("csv"));
        if (!cuts) {
          line = line.substring(0, at) + piece + line.substring(at);
        }
      }
      lines.add(line.getBytes(StandardCharsets.ISO_8859_1));
    }
    return lines;
  }

  private static String object(int number, Random random) {
    StringBuilder object = new StringBuilder("{\"n\":" + number);
    if (random.nextInt(10) > 0) {
      object.append(",\"text\":\"good ").append(number).append('"');
    }
    for (int fields = random.nextInt(4); fields > 0; fields--) {
      object
          .append(random.nextBoolean() ? "," : " ,\t")
          .append('"')
          .append(NAMES.get(random.nextInt(NAMES.size())))
          .append("\":")
          .append(VALUES.get(random.nextInt(VALUES.size())));
    }
    return object.append('}').toString();
  }

  /** A record of one line: quotes are in pairs, unless they are junk. */
  private static String row(int number, Random random) {
    String value = VALUES.get(random.nextInt(VALUES.size()));
    return "good " + number + "," + number + ",\"" + value.replace("\"", "\"\"") + "\"";
  }

  private static byte[] joined(List<byte[]> lines, Random random) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    if (random.nextBoolean()) {
      file.write(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});
    }
    for (byte[] line : lines) {
      file.write(line);
      file.write((random.nextInt(4) == 0 ? "\r\n" : "\n").getBytes(StandardCharsets.US_ASCII));
    }
    return file.toByteArray();
  }

  private static boolean isBlank(byte[] line) {
    return new String(line, StandardCharsets.ISO_8859_1)
        .chars()
        .allMatch(c -> " \t\r".indexOf(c) >= 0);
  }

  private static List<JsonNode> trees(Path prefix, long seed) throws IOException {
    List<JsonNode> documents = new ArrayList<>();
    for (Path file : Workplace.files(prefix, ".jsonl")) {
      for (String line : lines(strictText(Files.readAllBytes(file)))) {
        try {
          documents.add(JSON.readTree(line));
        } catch (JsonProcessingException e) {
          throw new AssertionError("seed " + seed + ", " + file + ": " + e.getMessage(), e);
        }
      }
    }
    return documents;
  }

  /** Lines end with a line feed alone: a carriage return may stand between a document's fields. */
  private static List<String> lines(String text) {
    return Arrays.stream(text.split("\n", -1)).filter(line -> !line.isEmpty()).toList();
  }

  private static int rows(Path prefix, long seed) throws IOException {
    int rows = 0;
    for (Path file : Workplace.files(prefix, ".csv")) {
      CSVFormat format =
          CSVFormat.RFC4180.builder().setHeader().setAllowMissingColumnNames(true).get();
      try (CSVParser parser = CSVParser.parse(strictText(Files.readAllBytes(file)), format)) {
        int columns = parser.getHeaderNames().size();
        for (var record : parser) {
          assertThat(record.size()).as("seed %d", seed).isEqualTo(columns);
          rows++;
        }
      }
    }
    return rows;
  }

  private static JsonNode treeOrNull(byte[] line) {
    try {
      return JSON.readTree(strictText(line));
    } catch (IOException e) {
      return null;
    }
  }

  private static String strictText(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
