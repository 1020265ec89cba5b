package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.client.util.ClassInfo;
import com.google.api.services.dataflow.model.LaunchFlexTemplateParameter;
import io.beambatch.emulator.InstalledProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The DAG that launches the template, as far as it can be checked without Google's provider. */
class DataflowDagTest {
  private static final Path DAG = Path.of("templates/dataflow/airflow_dag.py");

  private String dag;
  private String parameters;

  @BeforeEach
  void read() throws Exception {
    dag = Files.readString(DAG);
    parameters = between("\"parameters\": {\n", "\n                },");
  }

  @Test
  void givesParametersThatTheTemplateTakesAndNoneTooFew() {
    assertThat(TemplateFiles.names()).containsAll(keys(parameters));
    assertThat(keys(parameters))
        .containsAll(
            ParameterSpec.all().stream()
                .filter(spec -> !spec.isOptional())
                .map(ParameterSpec::name)
                .toList())
        // Without it, a launch that is repeated would not be the same run.
        .contains("run", "mode");
  }

  @Test
  void launchesWithFieldsThatDataflowHasAndInModesThatThereAre() {
    String launch =
        between("\"launchParameter\": {\n", "\n            }\n").replace(parameters, "");
    assertThat(ClassInfo.of(LaunchFlexTemplateParameter.class).getNames())
        .containsAll(keys(launch))
        .hasSizeGreaterThan(3);
    assertThat(keys(launch)).contains("jobName", "containerSpecGcsPath", "environment");

    List<String> modes =
        Pattern.compile("launch\\(\"(\\w+)\"\\)")
            .matcher(dag)
            .results()
            .map(DataflowDagTest::first)
            .toList();
    assertThat(modes).containsExactly("submit", "collect");
    assertThat(
            ParameterSpec.all().stream()
                .filter(spec -> spec.name().equals("mode"))
                .flatMap(spec -> spec.choices().stream()))
        .containsAll(modes);
  }

  @Test
  void isPython() throws Exception {
    Path python = InstalledProgram.named("BEAMBATCH_AIRFLOW").resolveSibling("python");
    Process process =
        new ProcessBuilder(
                python.toString(),
                "-c",
                "import ast, sys; ast.parse(open(sys.argv[1]).read())",
                DAG.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private String between(String start, String end) {
    int from = dag.indexOf(start) + start.length();
    assertThat(from).isGreaterThanOrEqualTo(start.length());
    return dag.substring(from, dag.indexOf(end, from));
  }

  private static List<String> keys(String dict) {
    return Pattern.compile("(?m)^ *\"(\\w+)\":")
        .matcher(dict)
        .results()
        .map(DataflowDagTest::first)
        .toList();
  }

  private static String first(MatchResult found) {
    return found.group(1);
  }
}
