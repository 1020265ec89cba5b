package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.error.ExitCode;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every draft is a job that can be planned. */
class InitCommandTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          classify,  openai,    reviews.jsonl,   40, text
          extract,   anthropic, news.jsonl,      20, text
          summarize, gemini,    reports/*.txt,    8, text
          embed,     openai,    catalog.jsonl,   30, description
          classify,  openai,    tickets.csv,     25, message
          """)
  void everyDraftCanBePlanned(
      String task, String provider, String data, int documents, String field) throws Exception {
    Path job = folder.resolve("job.yaml");
    Said said = init("test-data/" + data, "--task", task, "--provider", provider, job.toString());
    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.out()).startsWith(job + " is written; ").contains(" plan " + job);
    assertThat(Files.readString(job)).contains("{{" + field + "}}");

    JsonNode plan = plan(job);
    assertThat(plan.path("documents").asInt()).isEqualTo(plan.path("requests").asInt());
    assertThat(plan.path("documents").asInt()).isGreaterThanOrEqualTo(Math.min(documents, 3));
  }

  @Test
  void seesDelimitersAndNamesOfDocuments() throws Exception {
    Path data =
        Files.writeString(
            folder.resolve("Mes tickets.csv"),
            "ticket id;étoiles;corps du message\n7;5;bon\n8;1;très mauvais, vraiment\n");
    Path job = folder.resolve("job.yaml");
    assertThat(init(data.toString(), job.toString()).exitCode()).isZero();

    assertThat(Files.readString(job))
        .contains("name: Mes-tickets-classify\n")
        .contains("  delimiter: \";\"\n")
        .contains("  id: \"ticket id\"\n")
        .contains("user: \"{{corps du message}}\"")
        .contains("  #   étoiles: text, about 1 characters\n")
        .doesNotContain("mauvais");
    assertThat(plan(job).path("requests").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"duckdb-v2.parquet", "duckdb-codec-zstd.parquet", "fastavro-codec-deflate.avro"})
  void seesTheFieldsOfRows(String file) throws Exception {
    Said said = init("test-data/foreign/files/" + file, "-");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.out()).contains("  #   text: text, about ");
  }

  @Test
  void readsOnlyTheBeginningOfAFile() throws Exception {
    Path data = folder.resolve("large.jsonl.gz");
    try (OutputStream stream = new GZIPOutputStream(Files.newOutputStream(data))) {
      for (int i = 0; i < 20_000; i++) {
        stream.write(("{\"text\":\"document " + i + "\"}\n").getBytes(StandardCharsets.UTF_8));
      }
      // An end that no reader of the whole file would get over.
      stream.write("{\"text\":".getBytes(StandardCharsets.UTF_8));
    }
    Said said = init(data.toString(), "-");
    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.out()).contains("type: jsonl").contains("# id: FIELD").contains("{{text}}");
  }

  @Test
  void writesOverNothing() throws Exception {
    Path job = Files.writeString(folder.resolve("job.yaml"), "mine");
    Said said = init("test-data/reviews.jsonl", job.toString());

    assertThat(said.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(said.err()).startsWith("error: " + job + " exists already and is not overwritten");
    assertThat(job).hasContent("mine");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Path numbers = Files.writeString(folder.resolve("n.jsonl"), "{\"a\":1,\"b\":[2]}\n");
    Path empty = Files.writeString(folder.resolve("e.jsonl"), "");
    Path other = Files.writeString(folder.resolve("d.docx"), "PK");

    assertThat(error(numbers.toString()))
        .contains("is a text that a request could ask about; found: a, b");
    assertThat(error(empty.toString())).contains("no document was found");
    assertThat(error(other.toString())).contains("doesn't say what it is; known are .jsonl");
    assertThat(error(folder + "/none-*.jsonl")).contains("No file matches --from " + folder);
    assertThat(error("test-data/reviews.jsonl", "--provider", "openay"))
        .contains("--provider: 'openay' is none of openai, anthropic");
    assertThat(error("test-data/reviews.jsonl", "--provider", "groq"))
        .contains("--model is missing: name a model of groq");
    assertThat(error("test-data/catalog.jsonl", "--task", "embed", "--provider", "anthropic"))
        .contains("which anthropic doesn't have");
    assertThat(error("test-data/catalog.jsonl", "--task", "translate"))
        .contains("--task: 'translate' is none of classify, extract, summarize, embed\n");
    assertThat(Said.by("init").err()).contains("--from");
  }

  private String error(String from, String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("-");
    Said said = init(from, args.toArray(new String[0]));
    assertThat(said.exitCode()).as("%s", said).isEqualTo(ExitCode.USAGE);
    assertThat(said.err()).startsWith("error: ").doesNotContain("Exception");
    return said.err();
  }

  private static Said init(String from, String... more) {
    List<String> args = new ArrayList<>(List.of("init", "--from", from));
    args.addAll(List.of(more));
    return Said.by(args);
  }

  private JsonNode plan(Path job) throws Exception {
    Said said = Said.by(new Workplace(folder).command("plan", job.toString(), "--json"));
    assertThat(said.exitCode()).as("%s", said).isZero();
    return Workplace.JSON.readTree(said.out());
  }
}
