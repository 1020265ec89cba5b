package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.ImmutableSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The example of a schedule, as far as it can be checked without Workflows. */
class WorkflowTest {
  private JsonNode workflow;

  @BeforeEach
  void read() throws IOException {
    workflow =
        YAMLMapper.builder().build().readTree(Path.of("templates/dataflow/workflow.yaml").toFile());
  }

  @Test
  void givesParametersThatTheTemplateTakesAndNoneTooFew() {
    Set<String> given = ImmutableSet.copyOf(workflow.findValue("parameters").fieldNames());

    assertThat(TemplateFiles.names()).containsAll(given);
    assertThat(given)
        .containsAll(
            ParameterSpec.all().stream()
                .filter(spec -> !spec.isOptional())
                .map(ParameterSpec::name)
                .toList())
        // Without it, a launch that is repeated would not be the same run.
        .contains("run");
  }

  @Test
  void launchesInModesThatThereAre() {
    List<String> modes = new ArrayList<>();
    for (JsonNode step : workflow.at("/main/steps")) {
      JsonNode call = step.elements().next();
      if (call.path("call").asText().equals("launch")) {
        modes.add(call.at("/args/mode").asText());
      }
    }
    assertThat(modes).containsExactly("submit", "collect");
    ParameterSpec mode =
        ParameterSpec.all().stream()
            .filter(spec -> spec.name().equals("mode"))
            .findFirst()
            .orElseThrow();
    assertThat(mode.choices()).containsAll(modes);
  }

  @Test
  void goesToStepsAndCallsSubworkflowsThatThereAre() {
    workflow
        .fields()
        .forEachRemaining(
            subworkflow -> {
              Set<String> steps = new HashSet<>();
              for (JsonNode step : subworkflow.getValue().path("steps")) {
                step.fieldNames().forEachRemaining(steps::add);
              }
              assertThat(subworkflow.getValue().findValuesAsText("next")).isSubsetOf(steps);
              assertThat(subworkflow.getValue().findValuesAsText("call"))
                  .allMatch(call -> call.contains(".") || workflow.has(call));
            });
  }

  @Test
  void givesEachSubworkflowItsArguments() {
    for (JsonNode step : workflow.at("/main/steps")) {
      JsonNode call = step.elements().next();
      JsonNode called = workflow.path(call.path("call").asText());
      if (!called.isMissingNode()) {
        Set<String> wanted = new HashSet<>();
        called.path("params").forEach(name -> wanted.add(name.asText()));
        assertThat(ImmutableSet.copyOf(call.path("args").fieldNames())).isEqualTo(wanted);
      }
    }
  }

  @Test
  void closesEveryExpression() {
    List<String> open = new ArrayList<>();
    visit(workflow, open);
    assertThat(open).isEmpty();
  }

  private static void visit(JsonNode node, List<String> open) {
    if (node.isTextual() && node.asText().contains("${") && !node.asText().endsWith("}")) {
      open.add(node.asText());
    }
    node.forEach(child -> visit(child, open));
  }
}
