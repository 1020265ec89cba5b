package io.beambatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shipped pipelines and their data. */
class PipelinesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void thereIsOneForEveryUse() throws IOException {
    assertThat(pipelines().map(path -> path.getFileName().toString()))
        .containsExactlyInAnyOrder(
            "augmentation.yaml",
            "embeddings-gemini.yaml",
            "embeddings.yaml",
            "entities.yaml",
            "labels.yaml",
            "moderation.yaml",
            "nightly-report.yaml",
            "sentiment.yaml",
            "summaries.yaml");
  }

  @ParameterizedTest
  @MethodSource("pipelines")
  void saysWhatItDoesAndReadsAsAJob(Path path) throws Exception {
    Job job = JobReader.read(path.toString(), List.of());

    assertThat(Files.readString(path)).startsWith("# ");
    assertThat(path).hasFileName(job.name() + ".yaml");
    assertThat(job.answers().path()).contains("output/" + job.name());
    assertThat(job.failures().path()).contains("output/" + job.name() + "-failed");
  }

  @ParameterizedTest
  @MethodSource("pipelines")
  void findsEveryFieldOfItsTemplatesInItsData(Path path) throws Exception {
    Job job = JobReader.read(path.toString(), List.of());
    List<Map<?, ?>> documents = documents((FileSource) job.source());

    assertThat(documents).hasSizeBetween(20, 60);
    if (job.source().id() != null) {
      assertThat(documents).extracting(d -> d.get(job.source().id())).doesNotHaveDuplicates();
    }
    List<String> templates = new ArrayList<>();
    texts(job.inference().request().body(), templates);
    assertThat(templates).anyMatch(template -> template.contains("{{"));
    for (String template : templates) {
      for (Map<?, ?> document : documents) {
        // A field that isn't there makes the execution fail.
        assertThat(Mustache.compiler().escapeHTML(false).compile(template).execute(document))
            .isNotBlank();
      }
    }
  }

  @Test
  void theDataHasWhatMakesDataHard() throws Exception {
    assertThat(Files.readString(Path.of("test-data/tickets.csv")))
        .contains("\r\n")
        .containsPattern("[^\r]\n")
        .contains("\"\"");
    assertThat(Files.readString(Path.of("test-data/reviews.jsonl")))
        .containsPattern("[äöüß]")
        .containsPattern("\\p{IsHan}")
        .contains("😡");
  }

  private static Stream<Path> pipelines() throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Path.of("pipelines"), "*.{yaml,yml}")) {
      files.forEach(paths::add);
    }
    return paths.stream().sorted();
  }

  private static List<Map<?, ?>> documents(FileSource source) throws IOException {
    List<Map<?, ?>> documents = new ArrayList<>();
    for (String pattern : source.paths()) {
      Path path = Path.of(pattern);
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(path.getParent(), path.getFileName().toString())) {
        for (Path file : files) {
          documents.addAll(documents(source, file));
        }
      }
    }
    return documents;
  }

  private static List<Map<?, ?>> documents(FileSource source, Path file) throws IOException {
    if (source.format() == FileSource.Format.TEXT) {
      assertThat(source.wholeFile()).isTrue();
      return List.of(Map.of("text", Files.readString(file)));
    }
    if (source.format() == FileSource.Format.CSV) {
      CSVFormat format =
          CSVFormat.RFC4180.builder().setHeader().setDelimiter(source.csv().delimiter()).get();
      try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, format)) {
        return List.copyOf(parser.stream().map(record -> record.toMap()).toList());
      }
    }
    List<Map<?, ?>> documents = new ArrayList<>();
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        documents.add(JSON.readValue(line, Map.class));
      }
    }
    return documents;
  }

  private static void texts(JsonNode json, List<String> texts) {
    if (json.isTextual()) {
      texts.add(json.asText());
    }
    json.forEach(child -> texts(child, texts));
  }
}
