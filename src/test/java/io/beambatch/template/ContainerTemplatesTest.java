package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The image and the CronJob fit each other, and the scripts that they start. */
class ContainerTemplatesTest {
  private static final Path DOCKERFILE = Path.of("templates/docker/Dockerfile");
  private static final Path CRON_JOB = Path.of("templates/kubernetes/cronjob.yaml");
  private static final Path CLOUD_RUN = Path.of("templates/cloud-run/jobs.yaml");
  private static final Pattern COPY = Pattern.compile("(?m)^COPY (\\S+) (\\S+)$");
  private static final String USER = "10001";

  @Test
  void theImageCopiesWhatIsThere() throws Exception {
    String dockerfile = Files.readString(DOCKERFILE);
    List<String> copied =
        COPY.matcher(dockerfile).results().map(result -> result.group(1)).toList();
    // The first is what the build makes, of these files.
    assertThat(copied)
        .containsExactly(
            "target/dist", "templates/cron/daily.sh", "templates/cloud-run/scheduled.sh");
    assertThat(copied.subList(1, 3))
        .allSatisfy(script -> assertThat(Path.of(script)).isExecutable());
    for (String script : List.of("beam-batch-inference", "create-class-archive")) {
      assertThat(Path.of("src/main/dist/bin", script)).isExecutable();
      assertThat(dockerfile).contains("/opt/beam-batch-inference/bin/" + script);
    }
    assertThat(dockerfile).contains("USER " + USER + ":" + USER);
  }

  @Test
  void theCronJobStartsTheImagesScriptAndKeepsTheStateOfRuns() throws Exception {
    List<JsonNode> documents = documents(CRON_JOB);
    assertThat(documents)
        .extracting(document -> document.path("kind").asText())
        .containsExactly("PersistentVolumeClaim", "CronJob");
    JsonNode job = documents.get(1).path("spec");
    assertThat(job.path("concurrencyPolicy").asText()).isEqualTo("Forbid");
    JsonNode pod = job.at("/jobTemplate/spec/template/spec");
    assertThat(job.at("/jobTemplate/spec/backoffLimit").asInt(-1)).isZero();
    assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
    assertThat(pod.at("/securityContext/runAsUser").asText()).isEqualTo(USER);
    JsonNode container = pod.path("containers").path(0);
    assertThat(container.path("command").path(0).asText()).isEqualTo("daily.sh");
    assertThat(Files.readString(DOCKERFILE)).contains("/bin/daily.sh\n");

    // What is written lies on the volume; every mount has its volume.
    JsonNode claim = documents.get(0).at("/metadata/name");
    assertThat(pod.at("/volumes/0/persistentVolumeClaim/claimName")).isEqualTo(claim);
    String state = container.at("/env/0/value").asText();
    assertThat(state).startsWith(container.at("/volumeMounts/0/mountPath").asText() + "/");
    assertThat(container.at("/env/0/name").asText()).isEqualTo("BEAMBATCH_STATE");
    assertThat(Files.readString(Path.of("templates/cron/daily.sh"))).contains("BEAMBATCH_STATE");
    assertThat(names(container.path("volumeMounts"))).isEqualTo(names(pod.path("volumes")));
  }

  @Test
  void cloudRunsJobsStartTheImagesScriptWithWhatItNeeds() throws Exception {
    List<String> modes = new ArrayList<>();
    String script = Files.readString(Path.of("templates/cloud-run/scheduled.sh"));
    for (JsonNode job : documents(CLOUD_RUN)) {
      assertThat(job.path("apiVersion").asText()).isEqualTo("run.googleapis.com/v1");
      assertThat(job.path("kind").asText()).isEqualTo("Job");
      assertThat(job.at("/spec/template/spec/taskCount").asInt()).isOne();
      JsonNode task = job.at("/spec/template/spec/template/spec");
      // Cloud Run ends a task after seven days at the latest.
      assertThat(task.path("timeoutSeconds").asInt()).isBetween(600, 604_800);
      JsonNode container = task.path("containers").path(0);
      assertThat(container.path("command").path(0).asText()).isEqualTo("scheduled.sh");
      modes.add(container.path("args").path(0).asText());
      assertThat(job.at("/metadata/name").asText()).endsWith("-" + modes.get(modes.size() - 1));
      assertThat(script).contains("\n  " + modes.get(modes.size() - 1) + ")");
      List<String> given = names(container.path("env"));
      assertThat(given)
          .containsExactly("BEAMBATCH_STAGING", "BEAMBATCH_NAME", "OPENAI_API_KEY")
          .allMatch(name -> name.startsWith("OPENAI") || script.contains(name));
    }
    assertThat(modes).containsExactly("submit", "collect");
    assertThat(Files.readString(DOCKERFILE)).contains("/bin/scheduled.sh\n");
  }

  private static List<String> names(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(item -> item.path("name").asText())
        .toList();
  }

  private static List<JsonNode> documents(Path file) throws Exception {
    JsonMapper mapper = JsonMapper.builder().build();
    Iterable<Object> loaded =
        new Load(LoadSettings.builder().build()).loadAllFromString(Files.readString(file));
    return StreamSupport.stream(loaded.spliterator(), false)
        .map(document -> mapper.<JsonNode>valueToTree(document))
        .toList();
  }
}
