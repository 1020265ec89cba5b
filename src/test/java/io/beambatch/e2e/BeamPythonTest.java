package io.beambatch.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.cli.Program;
import io.beambatch.emulator.InstalledProgram;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The transform as Beam YAML and Python use it: by the real {@code apache-beam}, which starts the
 * expansion service, on Prism and on Python's own runner, with the steps in Java's SDK harness
 * beside the service.
 */
@Tag("slow")
class BeamPythonTest {
  private static final Pattern NEWS = Pattern.compile("\\{\"id\": \"([0-9.]+)\", \"news\": \"\\S");

  @TempDir Path folder;
  private Path python;

  @BeforeEach
  void find() {
    python = InstalledProgram.named("BEAMBATCH_BEAM_PYTHON");
  }

  @Test
  void thePackageFindsTheServiceAndWritesTheConfiguration() throws Exception {
    Program tests = start(Map.of(), "-m", "unittest", "discover", "-s", "src/test/python", "-v");

    assertThat(tests.end()).as("%s", tests).isZero();
    assertThat(tests.err()).contains("OK").doesNotContain("skipped");
  }

  @Test
  void pipelinesOfYamlAndPythonAskAndGetEachRowOnce() throws Exception {
    Path prism = InstalledProgram.named("BEAMBATCH_PRISM");
    Path service = OneJar.writeExpansionService(folder.resolve("service.jar"), Program.JAR);
    Program pipelines;
    try (LocalServer server =
        LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("server")))) {
      pipelines =
          start(
              Map.of(
                  "OPENAI_API_KEY", "local",
                  "OPENAI_BASE_URL", server.baseUrl().toString(),
                  "BEAMBATCH_PRISM", prism.toString(),
                  "BEAMBATCH_EXPANSION_SERVICE", service.toString()),
              "src/test/python/pipelines.py",
              folder.toString());
      assertThat(pipelines.end()).as("%s", pipelines).isZero();
    }

    assertThat(labelled())
        .hasSize(Math.toIntExact(report("labels").documents()))
        .contains("T-1001", "T-1012");
    assertThat(report("labels").batches()).isOne();
    // What the clock says goes through the log, window by window.
    List<String> news = new ArrayList<>();
    NEWS.matcher(pipelines.err()).results().forEach(found -> news.add(found.group(1)));
    assertThat(news)
        .doesNotHaveDuplicates()
        .hasSize(Math.toIntExact(report("stream").documents()))
        .isNotEmpty();
    assertThat(report("stream").batches()).isGreaterThan(1);
    for (String staging : List.of("prism", "own")) {
      assertThat(report(staging).answered()).isOne();
      assertThat(report(staging).failures()).isOne();
    }
    assertThat(pipelines.err()).containsPattern("(?s)answered a.*answered a").contains("failed b");
  }

  private Set<String> labelled() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      List<JsonNode> rows = new ArrayList<>();
      for (Path file : files.filter(file -> file.toString().contains("labels.jsonl")).toList()) {
        for (String line : Files.readAllLines(file)) {
          rows.add(new JsonMapper().readTree(line));
        }
      }
      assertThat(rows).allSatisfy(row -> assertThat(row.path("label").asText()).isNotEmpty());
      return rows.stream().map(row -> row.path("ticket").asText()).collect(toSet());
    }
  }

  private Report report(String staging) throws Exception {
    return Report.of(
        RunFolder.of(folder.resolve("staging/" + staging).toString(), "inference", "r1"));
  }

  private Program start(Map<String, String> environment, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(List.of(args));
    Map<String, String> all = new HashMap<>(environment);
    all.put("PYTHONPATH", Path.of("src/main/python").toAbsolutePath().toString());
    all.put("PYTHONDONTWRITEBYTECODE", "1");
    // The service lives shortly.
    all.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    return Program.start(Path.of("").toAbsolutePath(), folder.resolve("python"), all, command);
  }
}
