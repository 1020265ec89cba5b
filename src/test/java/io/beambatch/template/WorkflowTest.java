package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.api.client.util.ClassInfo;
import com.google.api.services.dataflow.model.FlexTemplateRuntimeEnvironment;
import com.google.api.services.dataflow.model.LaunchFlexTemplateParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    for (JsonNode subworkflow : workflow) {
      for (JsonNode step : steps(subworkflow).values()) {
        if (step.path("call").asText().equals("launch")) {
          modes.add(step.at("/args/mode").asText());
        }
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
    for (JsonNode subworkflow : workflow) {
      Set<String> targets = new HashSet<>(steps(subworkflow).keySet());
      targets.add("continue");
      assertThat(subworkflow.findValuesAsText("next")).isSubsetOf(targets);
      assertThat(subworkflow.findValuesAsText("call"))
          .allMatch(call -> call.contains(".") || workflow.has(call));
    }
  }

  @Test
  void givesEachSubworkflowItsArguments() {
    for (JsonNode subworkflow : workflow) {
      for (JsonNode step : steps(subworkflow).values()) {
        JsonNode called = workflow.path(step.path("call").asText());
        if (!called.isMissingNode()) {
          Set<String> wanted = new HashSet<>();
          called.path("params").forEach(name -> wanted.add(name.asText()));
          assertThat(ImmutableSet.copyOf(step.path("args").fieldNames())).isEqualTo(wanted);
        }
      }
    }
  }

  @Test
  void launchesWithFieldsThatDataflowHas() {
    JsonNode parameter = workflow.findValue("launchParameter");

    Set<String> known =
        ImmutableSet.copyOf(ClassInfo.of(LaunchFlexTemplateParameter.class).getNames());
    assertThat(known).containsAll(ImmutableSet.copyOf(parameter.fieldNames()));
  }

  @Test
  void documentedOptionsAreFieldsOfTheLaunchEnvironmentThatDataflowHas() throws IOException {
    Set<String> known =
        ImmutableSet.copyOf(ClassInfo.of(FlexTemplateRuntimeEnvironment.class).getNames());
    List<String> named = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("docs/dataflow.md"))) {
      Matcher row = Pattern.compile("\\| `--\\w+` \\| .* \\| `(\\w+)`.* \\|").matcher(line);
      if (row.matches()) {
        named.add(row.group(1));
      }
    }
    assertThat(named).hasSizeGreaterThan(8);
    assertThat(known).containsAll(named);
  }

  /** All steps of a subworkflow by name, those in loops too. */
  private static Map<String, JsonNode> steps(JsonNode subworkflow) {
    Map<String, JsonNode> steps = new LinkedHashMap<>();
    for (JsonNode list : subworkflow.findValues("steps")) {
      for (JsonNode step : list) {
        step.fields().forEachRemaining(named -> steps.put(named.getKey(), named.getValue()));
        JsonNode nested = step.elements().next();
        steps.putAll(steps(nested));
      }
    }
    return steps;
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
