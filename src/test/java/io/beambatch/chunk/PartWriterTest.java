package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.Document;
import io.beambatch.job.JobReader;
import io.beambatch.request.Request;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartWriterTest {
  private static final String JOB =
      """
      name: job
      source: {type: jsonl, path: in.jsonl}
      request: {provider: %s, model: m, prompt: {user: "{{text}}"}}
      sink: {type: jsonl, path: out}
      """;

  @TempDir Path temp;

  @Test
  void fillsEveryPartWhereBatchesHaveANameOfOurs() throws Exception {
    assertThat(sizes("openai")).containsOnly(1_000);
  }

  /** Else, a stranger's batch of the same size would have to be waited for. */
  @Test
  void fillsPartsDifferentlyWhereOnlyTheNumberOfItsRequestsTellsABatchFromOthers()
      throws Exception {
    List<Integer> sizes = sizes("anthropic");

    assertThat(sizes).allMatch(size -> size > 950 && size <= 1_000);
    assertThat(sizes.stream().distinct()).hasSizeGreaterThan(2);
  }

  @Test
  void writesEachRequestAndItsDocumentAtTheSameLine() throws Exception {
    List<Part> parts;
    try (PartWriter writer = writer("", true)) {
      writer.add(new Request(new Document("a\"1", "{\"x\":\"ä\"}"), "{\"m\":\"ä\"}", 7, 1));
      writer.add(new Request(new Document("b", "{\"x\":2}"), "{\"m\":2}", 5, 3));
      parts = writer.finish();
    }

    Part part = parts.get(0);
    assertThat(parts).hasSize(1);
    assertThat(read(folder().documents(part.name())))
        .isEqualTo("\"a\\\"1\"\t{\"x\":\"ä\"}\n\"b\"\t{\"x\":2}\n");
    String requests = read(folder().requests(part.name()));
    assertThat(requests.lines())
        .satisfiesExactly(
            line -> assertThat(line).contains(part.name() + "-0\"", "{\"m\":\"ä\"}"),
            line -> assertThat(line).contains(part.name() + "-1\"", "{\"m\":2}"));
    assertThat(part.bytes()).isEqualTo(requests.getBytes(StandardCharsets.UTF_8).length);
    assertThat(part.tokens()).isEqualTo(12);
    assertThat(part.weight()).isEqualTo(4);
    assertThat(part.requests()).isEqualTo(2);
    assertThat(part.fingerprinted()).isTrue();
    List<Integer> lengths =
        requests.lines().map(line -> line.getBytes(StandardCharsets.UTF_8).length + 1).toList();
    try (FingerprintFile.Reader fingerprints =
        new FingerprintFile.Reader(Storage.open(folder().fingerprints(part.name())))) {
      FingerprintFile.Entry first = fingerprints.next();
      FingerprintFile.Entry second = fingerprints.next();
      assertThat(first)
          .isEqualTo(new FingerprintFile.Entry(first.fingerprint(), lengths.get(0), 7, 1));
      assertThat(second)
          .isEqualTo(new FingerprintFile.Entry(second.fingerprint(), lengths.get(1), 5, 3));
      assertThat(first.fingerprint()).isNotEqualTo(second.fingerprint());
    }
  }

  @Test
  void fillsAPartUpToItsShareOfTheBytes() throws Exception {
    Request request = new Request(new Document("d", "{}"), "x".repeat(1_300), 50, 1);
    long line;
    try (PartWriter writer = writer("", false)) {
      writer.add(request);
      line = writer.finish().get(0).bytes();
    }
    // The frame of the next line is not counted before it is written.
    long share = line + request.body().length();
    try (PartWriter writer = writer("limits.bytes=" + 25 * share, false)) {
      for (int i = 0; i < 3; i++) {
        writer.add(request);
      }
      assertThat(writer.finish()).extracting(Part::requests).containsExactly(2, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "limits.enqueued_tokens=2500, '2,2,1'",
    "limits.enqueued_tokens=2475, '1,1,1,1,1'",
    "limits.enqueued_requests=75, '3,2'",
    "limits.bytes=75000, '2,2,1'"
  })
  void closesAPartBeforeItIsOverItsShareOfALimit(String limit, String sizes) throws Exception {
    try (PartWriter writer = writer(limit, false)) {
      for (int i = 0; i < 5; i++) {
        writer.add(new Request(new Document("d", "{}"), "x".repeat(1_300), 50, 1));
      }
      assertThat(writer.finish())
          .extracting(part -> String.valueOf(part.requests()))
          .containsExactly(sizes.split(","));
    }
  }

  @ParameterizedTest
  @CsvSource({"'', ''", "sink.type=csv, 'x,y'"})
  void collectsTheColumnsOfDocumentsOnlyWhereTheSinkNeedsThem(String sink, String columns)
      throws Exception {
    try (PartWriter writer = writer(sink, false)) {
      writer.add(new Request(new Document("d", "{\"x\":1}"), "{}", 1, 1));
      writer.add(new Request(new Document("d", "{\"y\":1}"), "{}", 1, 1));
      assertThat(String.join(",", writer.shape().fields().keySet())).isEqualTo(columns);
    }
  }

  @Test
  void leavesNothingOfAPartThatIsNotFinished() throws Exception {
    PartWriter writer = writer("", true);
    writer.add(new Request(new Document("d", "{}"), "{}", 1, 1));
    writer.close();

    assertThat(Storage.list(folder().parts())).isEmpty();
    assertThat(writer.finish()).isEmpty();
  }

  private RunFolder folder() {
    return RunFolder.of(temp.toString(), "job", "r1");
  }

  private PartWriter writer(String override, boolean fingerprints) throws Exception {
    List<String> overrides = override.isEmpty() ? List.of() : List.of(override);
    return new PartWriter(
        folder(), JobReader.parse("job.yaml", JOB.formatted("openai"), overrides), fingerprints);
  }

  private static String read(String file) throws Exception {
    try (InputStream in = Storage.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Of all parts but the last, which is what is left. */
  private List<Integer> sizes(String provider) throws Exception {
    try (PartWriter writer =
        new PartWriter(
            folder(),
            JobReader.parse("job.yaml", JOB.formatted(provider), List.of("limits.requests=25000")),
            false)) {
      Document document = new Document("d", "{}");
      for (int i = 0; i < 20_500; i++) {
        writer.add(new Request(document, "{}", 1, 1));
      }
      List<Integer> sizes = writer.finish().stream().map(Part::requests).toList();
      return sizes.subList(0, sizes.size() - 1);
    }
  }
}
