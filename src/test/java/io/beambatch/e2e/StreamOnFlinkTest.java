package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.ledger.PermanentErrors;
import io.beambatch.localserver.FaultText;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.clusterframework.ApplicationStatus;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a stream is ended and updated on Flink, with state in RocksDB and with savepoints. */
@Tag("slow")
class StreamOnFlinkTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;
  private MiniCluster cluster;
  private RunFixture run;
  private Path nothing;

  @BeforeEach
  void startClusterAndRun() throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_PORT, "0");
    configuration.set(RestOptions.ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    configuration.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.resolve("checkpoints").toUri() + "");
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .build());
    cluster.start();
    nothing = folder.resolve("nothing.jar");
    new JarOutputStream(Files.newOutputStream(nothing), new Manifest()).close();
    run = RunFixture.start(folder, "source.watch=100ms", "source.window=1s", "limits.requests=100");
  }

  @AfterEach
  void end() throws Exception {
    run.close();
    cluster.close();
  }

  /** Of the first two programs each meets another refusal: of the quota, and of the key. */
  @Test
  void isTakenToALaterProgramAndDrainedThoughTheProviderRefusesAndALaterLaunchGoesOn()
      throws Exception {
    run.faults(FaultText.parse("create_batch:no_quota"));
    run.addDocuments("a.jsonl", 0, 100);
    JobID first = launch(nothing);
    await(() -> isRefused("quota is used up"));
    String savepoint = end(first, false);

    run.restartServerWithAnotherKey();
    run.addDocuments("b.jsonl", 100, 200);
    Path later = LaterProgram.write(folder.resolve("later.jar"));
    JobID second = launch(later, "--savepointPath=" + savepoint);
    await(() -> run.plans().size() == 2 && isRefused("Incorrect API key"));
    end(second, true);

    assertThat(isRefused("Incorrect API key")).isTrue();
    run.restartServer();
    assertThat(run.batches()).isEmpty();
    JobID third = launch(nothing);
    await(() -> run.isAccountedFor(200));
    cluster.cancelJob(third).get();
    assertThat(PermanentErrors.messages(run.folder())).isEmpty();
    run.assertEveryDocumentOnce(0, 200);
    run.assertEveryChunkPaidOnce();
  }

  private boolean isRefused(String why) throws Exception {
    return PermanentErrors.messages(run.folder()).values().stream()
        .anyMatch(error -> error.contains(why));
  }

  /** Takes a savepoint of a job and ends it; one that is drained is brought to its end before. */
  private String end(JobID job, boolean drained) throws Exception {
    String savepoint =
        cluster
            .stopWithSavepoint(
                job,
                folder.resolve("savepoints").toUri().toString(),
                drained,
                SavepointFormatType.CANONICAL)
            .get();
    assertThat(cluster.requestJobResult(job).get().getApplicationStatus())
        .isEqualTo(ApplicationStatus.SUCCEEDED);
    assertThat(cluster.getJobStatus(job).get()).isEqualTo(JobStatus.FINISHED);
    return savepoint;
  }

  /** A cluster in this process has the program as it is; a jar comes before that. */
  private JobID launch(Path jar, String... more) throws Exception {
    URI rest = cluster.getRestAddress().get();
    List<JobID> before = jobs();
    run.pipeline(
            run.providers(),
            Stream.concat(
                    Stream.of(
                        "--runner=FlinkRunner",
                        "--flinkMaster=127.0.0.1:" + rest.getPort(),
                        "--parallelism=1",
                        "--streaming",
                        "--attachedMode=false",
                        "--filesToStage=" + jar),
                    Stream.of(more))
                .toArray(String[]::new))
        .run();
    List<JobID> now = new ArrayList<>(jobs());
    now.removeAll(before);
    assertThat(now).hasSize(1);
    return now.get(0);
  }

  private List<JobID> jobs() throws Exception {
    return cluster.listJobs().get().stream().map(status -> status.getJobId()).toList();
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(PATIENCE).until(condition);
  }
}
