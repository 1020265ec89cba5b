package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.emulator.InstalledProgram;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Airflow runs the DAG of {@code templates/airflow}, with the packaged program and a server of its
 * own. The environment variable {@code BEAMBATCH_AIRFLOW} names the program {@code airflow}; where
 * it is not there, tests are skipped, or fail if {@code BEAMBATCH_REQUIRE_EMULATORS} is set.
 */
@Tag("slow")
class AirflowTest {
  private static final String PROGRAM = "BEAMBATCH_AIRFLOW";

  private static String airflow;
  private static Path home;

  @TempDir Path folder;
  private Workplace workplace;
  private LocalServer server;

  @BeforeAll
  static void makeHome(@TempDir Path made) throws Exception {
    airflow = InstalledProgram.named(PROGRAM).toString();
    home = made;
    try (Program migrate = airflow(home, Map.of(), "db", "migrate")) {
      assertThat(migrate.end()).as("%s", migrate).isZero();
    }
  }

  @BeforeEach
  void startServer() throws Exception {
    workplace = new Workplace(folder);
    server = LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("served")));
  }

  @AfterEach
  void endServer() throws IOException {
    server.close();
  }

  @Test
  void bringsADaysRunToItsEndThoughATaskDiesAfterItHasPaid() throws Exception {
    // So that a look finds something to be sent again.
    server.faults(FaultText.parse("batch:expire:1"));
    workplace.write(
        "documents.jsonl", "{\"id\":1,\"text\":\"good\"}\n{\"id\":2,\"text\":\"bad\"}\n");
    Program dag = dagRun("2026-03-01", dyingOnce().toString());
    assertThat(dag.end()).as("%s", dag).isZero();
    assertThat(dag.out())
        .contains("submit of run 20260301T000000 stopped with exit code 137; a retry continues")
        .contains("2 of 2 documents are answered");
    // The sensor looked again after a look that found the batch pending.
    assertThat(dag.out().split("collect " + job(), -1)).hasSizeGreaterThan(2);
    assertThat(workplace.answered().stream().map(document -> document.path("id").asInt()))
        .containsExactlyInAnyOrder(1, 2);
    JsonNode stats = Workplace.stats(server.baseUrl());
    assertThat(stats.path("batches_created").asInt()).isEqualTo(2);
    assertThat(stats.path("custom_ids_answered_more_than_once").asInt()).isZero();
  }

  @Test
  void failsWithAClearMessageWhenMoreDocumentsFailedThanAllowed() throws Exception {
    workplace.write("documents.jsonl", "{\"id\":1,\"text\":\"good\"}\n{\"id\":2}\n");
    Program dag = dagRun("2026-03-02", String.join(" ", Program.words()));
    assertThat(dag.end()).as("%s", dag).isNotZero();
    assertThat(dag.out())
        .contains("collect of run 20260302T000000: done, but more documents failed than")
        .doesNotContain("documents are answered");
  }

  /** Lets Airflow run the DAG for a day. */
  private Program dagRun(String day, String command) throws IOException {
    Map<String, String> environment =
        Map.of(
            "BEAMBATCH_HOME",
            Path.of("").toAbsolutePath().toString(),
            "BEAMBATCH_COMMAND",
            command,
            "BEAMBATCH_JOB",
            job().toString(),
            "BEAMBATCH_STAGING",
            workplace.staging().toString(),
            "BEAMBATCH_COLLECT_EVERY",
            "1",
            "BEAMBATCH_RETRY_DELAY",
            "1",
            "OPENAI_API_KEY",
            "local",
            "OPENAI_BASE_URL",
            server.baseUrl().toString());
    return airflow(folder, environment, "dags", "test", "beam_batch_inference", day);
  }

  private static Program airflow(Path directory, Map<String, String> more, String... args)
      throws IOException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("AIRFLOW_HOME", home.toString());
    environment.put("AIRFLOW__CORE__LOAD_EXAMPLES", "false");
    environment.put(
        "AIRFLOW__CORE__DAGS_FOLDER", Path.of("templates/airflow").toAbsolutePath().toString());
    List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$0\" \"$@\" 2>&1", airflow));
    command.addAll(List.of(args));
    return Program.start(directory, directory.resolve("airflow"), environment, command);
  }

  /**
   * The program, but its first submit ends as if it had been killed at the very last moment, and
   * its first collect finds the batch pending, however slow the machine is.
   */
  private Path dyingOnce() throws IOException {
    Path script = folder.resolve("beambatch");
    Files.writeString(
        script,
        """
          #!/bin/sh
          [ "$1" != collect ] || [ -e %3$s ] || { touch %3$s; exit 75; }
          %1$s "$@"
          code=$?
          [ "$1" != submit ] || [ -e %2$s ] || { touch %2$s; exit 137; }
          exit $code
          """
            .formatted(
                String.join(" ", Program.words()),
                folder.resolve("died"),
                folder.resolve("looked")));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  private Path job() throws IOException {
    return workplace.write(
        "job.yaml",
        """
        name: sentiment
        source: {type: jsonl, path: %1$s/documents.jsonl, id: id}
        request:
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body:
            messages: [{role: user, content: "Classify the sentiment: {{text}}"}]
        result: {field: sentiment}
        sink: {type: jsonl, path: %1$s/out/answers}
        failures: {path: %1$s/out/failures}
        retry: {attempts: 2, max_failed: 0}
        """
            .formatted(folder));
  }
}
