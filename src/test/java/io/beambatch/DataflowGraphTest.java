package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.services.dataflow.model.DataflowPackage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.dataflow.util.PackageUtil.StagedFile;
import org.apache.beam.runners.dataflow.util.Stager;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Dataflow runner makes of the graph, without Dataflow. */
@Tag("slow")
class DataflowGraphTest {
  @TempDir Path folder;

  @Test
  void hasAStageForEachStepOfTheDesign() throws Exception {
    assertThat(translated().values().stream().map(DataflowGraphTest::name))
        .contains(
            "Read documents/Read slices",
            "Render requests/Render",
            "Shard into chunks/Write parts",
            "Shard into chunks/Plan/Gather part descriptors",
            "Shard into chunks/Plan/Pack and commit",
            "Attempt 1/Upload/Upload parts",
            "Attempt 3/Upload/Upload parts",
            "Attempt 1/Join results/Join chunk",
            "Attempt 3/Join results/Join chunk",
            "Write/Write files",
            "Note what was written/Note")
        // Reading slice by slice is for the direct runner.
        .noneMatch(name -> name.contains("Pace"));
  }

  @Test
  void gathersAllChunksByKeyBeforeTheyAreAwaited() throws Exception {
    Map<String, JsonNode> steps = translated();
    List<JsonNode> awaiting =
        steps.values().stream()
            .filter(step -> name(step).matches(".*/Submit and await/ParDo\\(BatchStateful\\)"))
            .toList();
    assertThat(awaiting).hasSize(3);
    assertThat(awaiting)
        .allSatisfy(step -> assertThat(inputOf(step, steps)).isEqualTo("GroupByKey"));
  }

  @Test
  void neverShufflesDocuments() throws Exception {
    assertThat(translated().values())
        .filteredOn(step -> step.path("kind").asText().equals("GroupByKey"))
        .extracting(DataflowGraphTest::name)
        .filteredOn(name -> !name.contains("Attempt"))
        .containsExactlyInAnyOrder(
            "Read documents/Spread files/Reshuffle/GroupByKey",
            "Read documents/Spread slices/Reshuffle/GroupByKey",
            "Shard into chunks/Plan/Gather part descriptors",
            "Shard into chunks 2/Plan/Gather part descriptors",
            "Shard into chunks 3/Plan/Gather part descriptors");
  }

  private Map<String, JsonNode> translated() throws Exception {
    Path template = folder.resolve("template.json");
    try (RunFixture run = RunFixture.start(folder)) {
      run.pipeline(
              run.providers(),
              "--runner=DataflowRunner",
              "--project=a-project",
              "--region=europe-west1",
              "--gcpTempLocation=gs://a-bucket/temp",
              "--stagingLocation=gs://a-bucket/staging",
              "--templateLocation=" + template,
              "--pathValidatorClass=" + NoopPathValidator.class.getName(),
              "--credentialFactoryClass=" + NoopCredentialFactory.class.getName(),
              "--stagerClass=" + NothingStaged.class.getName(),
              "--filesToStage=" + Files.createFile(folder.resolve("nothing.jar")))
          .run();
    }
    Map<String, JsonNode> steps = new LinkedHashMap<>();
    for (JsonNode step : JsonMapper.builder().build().readTree(template.toFile()).path("steps")) {
      steps.put(step.path("name").asText(), step);
    }
    assertThat(steps).isNotEmpty();
    return steps;
  }

  private static String name(JsonNode step) {
    return step.path("properties").path("user_name").path("value").asText();
  }

  private static String inputOf(JsonNode step, Map<String, JsonNode> steps) {
    String input = step.path("properties").path("parallel_input").path("step_name").asText();
    return steps.get(input).path("kind").asText();
  }

  /** Stages nothing: nobody is going to run the template. */
  public static final class NothingStaged implements Stager {
    /** Called by the runner. */
    public static NothingStaged fromOptions(PipelineOptions options) {
      return new NothingStaged();
    }

    @Override
    public List<DataflowPackage> stageFiles(List<StagedFile> files) {
      return List.of();
    }

    @Override
    public DataflowPackage stageToFile(byte[] bytes, String baseName) {
      return new DataflowPackage().setName(baseName).setLocation("gs://a-bucket/" + baseName);
    }
  }
}
