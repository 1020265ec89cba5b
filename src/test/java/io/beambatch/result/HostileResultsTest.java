package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.FoldersInMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/**
 * Result files of a server that means no good: every document has exactly one outcome all the same,
 * and what is written is UTF-8 and JSON.
 */
class HostileResultsTest {
  private static final String DEEP = "[".repeat(3_000) + "]".repeat(3_000);

  /** Values that stand where others are expected. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1e999",
          "99999999999999999999999",
          "0.00000000000000000000001",
          "\"\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\u0000\"",
          "\"a\\nb\\tc\\\"d\\\\e\"",
          "\"\u2028\uFEFF\"",
          "[]",
          "{}",
          "[[],{}]",
          "{\"custom_id\":\"p0-0\"}",
          "{\"message\":{\"content\":[\"x\"]}}",
          "[null]",
          "{\"error\":{\"code\":7,\"message\":{\"a\":[1]}}}",
          DEEP);

  /** Bytes that stand in the way. */
  private static final List<byte[]> JUNK =
      Stream.of(
              new int[] {0},
              new int[] {0xff, 0xfe},
              new int[] {0xef, 0xbb, 0xbf},
              new int[] {0xc0, 0x80},
              new int[] {0xed, 0xa0, 0x80},
              new int[] {0xe2, 0x82},
              new int[] {'\n'},
              new int[] {'\r', '\n'},
              new int[] {'"'},
              new int[] {'\\'},
              new int[] {'{'},
              new int[] {'}', ']'},
              new int[] {','},
              new int[] {0x1f, 0x8b, 8, 0, 0, 0})
          .map(HostileResultsTest::bytes)
          .toList();

  /** Every place that an answer is read from, and every way that it is judged. */
  private static final List<Kind> KINDS =
      List.of(
          new Kind(Jobs.chat(), null),
          new Kind(
              Jobs.chat()
                  .schema("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}}}"),
              null),
          new Kind(Jobs.chat().pointer("/choices/0"), null),
          new Kind(
              Jobs.chat().endpoint("/v1/completions"),
              "{\"model\":\"m\",\"choices\":[{\"text\":\"yes\",\"finish_reason\":\"stop\"}]}"),
          new Kind(
              Jobs.chat().endpoint("/v1/responses"),
              """
        {"model":"m","status":"completed","incomplete_details":null,"output":[{"type":"reasoning"},\
        {"type":"message","content":[{"type":"output_text","text":"one"},{"type":"output_text",\
        "text":"two"}]}],"usage":{"input_tokens":5,"output_tokens":2}}"""),
          new Kind(
              Jobs.chat().endpoint("/v1/embeddings"),
              """
        {"data":[{"index":1,"embedding":[0.1,-1E-7]},{"index":0,"embedding":[1]}],\
        "usage":{"prompt_tokens":5}}"""),
          new Kind(
              Jobs.chat().endpoint("/v1/moderations"),
              "{\"results\":[{\"flagged\":false,\"a\":0.5}]}"),
          new Kind(Jobs.chat().endpoint("/v1/images"), "{\"any\":{\"thing\":[1,\"x\"]}}"));

  private record Kind(Jobs job, @Nullable String body) {}

  @Property(tries = 600)
  void everyDocumentHasOneOutcome(
      @ForAll @IntRange(max = 7) int kinds,
      @ForAll @IntRange(min = 1, max = 12) int documents,
      @ForAll @IntRange(max = 4) int wounds,
      @ForAll @IntRange(min = 2, max = 3) int attempt,
      @ForAll Random random)
      throws Exception {
    Kind kind = KINDS.get(kinds);
    Path directory = FoldersInMemory.create("hostile");
    try {
      EndedChunk chunk = new EndedChunk(directory).job(kind.job).attempt(attempt);
      chunk.part(
          "p0",
          IntStream.range(0, documents).mapToObj(i -> "{\"d\":" + i + "}").toArray(String[]::new));
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      for (int i = 0; i < documents; i++) {
        for (int copies = random.nextInt(3); copies >= 0; copies--) {
          file.write(wounded(line(kind, "p0-" + i, random), wounds, random));
          file.write(random.nextInt(20) == 0 ? bytes(new int[] {'\r', '\n'}) : new byte[] {'\n'});
        }
      }
      byte[] whole = file.toByteArray();
      chunk.output(
          random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length + 1)) : whole);

      chunk.joinAtLast();

      List<Integer> outcomes = new ArrayList<>();
      for (String line : chunk.answered()) {
        JsonNode document = Jobs.tree(line);
        assertThat(document.has("sentiment")).isTrue();
        assertThat(document.at("/_batch/custom_id").asText())
            .isEqualTo("p0-" + document.path("d").asInt());
        outcomes.add(document.path("d").asInt());
      }
      for (String line : chunk.failed()) {
        JsonNode document = Jobs.tree(line);
        assertThat(document.at("/_failure/reason").asText()).isNotEmpty();
        outcomes.add(document.path("d").asInt());
      }
      for (String line : chunk.againDocuments()) {
        outcomes.add(Jobs.tree(line.substring(line.indexOf('\t') + 1)).path("d").asInt());
      }
      assertThat(outcomes)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, documents).boxed().toList());
      assertThat(chunk.againRequests()).hasSameSizeAs(chunk.againDocuments());
    } finally {
      delete(directory);
    }
  }

  private static String line(Kind kind, String customId, Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> Results.status(customId, 400 + random.nextInt(200), "some_code");
      case 1 -> Results.withoutResponse(customId, "batch_expired");
      case 2 -> Results.chat(customId, "length", "\"begun\"", "null");
      case 3 -> Results.chat(customId, "stop", "null", "\"no\"");
      case 4 -> Results.chat(customId, "{\"a\":1}");
      default ->
          kind.body == null ? Results.chat(customId, "fine") : Results.ok(customId, kind.body);
    };
  }

  private static byte[] wounded(String line, int wounds, Random random) throws IOException {
    String text = line;
    List<byte[]> junk = new ArrayList<>();
    for (int i = 0; i < wounds; i++) {
      if (random.nextBoolean()) {
        text = withOtherValue(text, random);
      } else {
        junk.add(JUNK.get(random.nextInt(JUNK.size())));
      }
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (byte[] piece : junk) {
      int at = random.nextInt(bytes.length + 1);
      int skip = Math.min(bytes.length - at, random.nextInt(4));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(bytes, 0, at);
      out.write(piece);
      out.write(bytes, at + skip, bytes.length - at - skip);
      bytes = out.toByteArray();
    }
    return bytes;
  }

  /** Puts another value behind one of the line's colons, or a field twice. */
  private static String withOtherValue(String line, Random random) {
    List<Integer> colons =
        IntStream.range(0, line.length() - 1)
            .filter(i -> line.charAt(i) == ':' && line.charAt(i - 1) == '"')
            .boxed()
            .toList();
    int colon = colons.get(random.nextInt(colons.size()));
    int end = endOfValue(line, colon + 1);
    String value = VALUES.get(random.nextInt(VALUES.size()));
    return line.substring(0, colon + 1) + value + line.substring(end);
  }

  private static int endOfValue(String line, int from) {
    int depth = 0;
    boolean inText = false;
    for (int i = from; i < line.length(); i++) {
      char c = line.charAt(i);
      if (inText) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inText = false;
        }
      } else if (c == '"') {
        inText = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth < 0) {
        return i;
      } else if (c == ',' && depth == 0) {
        return i;
      }
    }
    return line.length();
  }

  private static byte[] bytes(int[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
