package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.emulator.FaultyGcs;
import io.beambatch.emulator.GcsEmulator;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a {@code gs://} path shows before anything is sent, wherever it stands. */
class GcsErrorsTest {
  private static final String JOB = "pipelines/sentiment.yaml";

  @TempDir Path folder;
  private Workplace workplace;
  private GcsEmulator emulator;
  private String bucket;

  @BeforeEach
  void start() throws Exception {
    workplace = new Workplace(folder);
    emulator = GcsEmulator.start();
    bucket = emulator.bucket();
    emulator.put(bucket, "in/reviews.jsonl", "{\"id\":1,\"text\":\"x\"}\n");
  }

  @Test
  void aJobFileThatIsMissing() {
    Said said = run(emulator.url(), "gs://" + bucket + "/no-job.yaml");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("gs://" + bucket + "/no-job.yaml", "there is no such file");
  }

  @Test
  void aStagingBucketThatIsMissing() throws Exception {
    Said said =
        Said.by(
            withBeam(
                emulator.url(),
                Stream.of("plan", JOB, "--staging", "gs://no-such-bucket/staging")));
    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err())
        .contains("gs://no-such-bucket/staging", "there is no bucket no-such-bucket; create it");
  }

  @Test
  void aSourceThatIsMissing() throws Exception {
    for (String path :
        List.of("gs://" + bucket + "/in/reviws.jsonl", "gs://" + bucket + "/on/*.jsonl")) {
      Said said = run(emulator.url(), JOB, "--set", "source.path=" + path);
      assertThat(said.exitCode()).isEqualTo(2);
      assertThat(said.err()).contains("error: No file matches source.path " + path);
    }
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void aBucketOfTheSourceThatIsMissing() throws Exception {
    Said said = run(emulator.url(), JOB, "--set", "source.path=gs://no-such-bucket/*.jsonl");
    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err())
        .contains("error: gs://no-such-bucket/*.jsonl: there is no bucket no-such-bucket")
        .doesNotContain("\tat ");
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void aBucketOfTheSinkThatIsMissing() throws Exception {
    Said said =
        run(
            emulator.url(),
            JOB,
            "--set",
            "source.path=gs://" + bucket + "/in/*",
            "--set",
            "sink.path=gs://no-such-bucket/out/answers");
    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err())
        .contains(
            "error: sink.path gs://no-such-bucket/out/answers can't be written, so nothing was"
                + " sent: gs://no-such-bucket/out/answers: there is no bucket no-such-bucket")
        .doesNotContain("\tat ");
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void anAccountThatMayNotRead() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      faulty.refuseEverything(403, "me@example.com does not have storage.objects.list access");
      Said said = run(faulty.url(), JOB, "--set", "source.path=gs://" + bucket + "/in/*");
      assertThat(said.exitCode()).isEqualTo(1);
      assertThat(said.err())
          .contains("error: gs://" + bucket + "/in/*: the account in use may not do this")
          .contains("me@example.com does not have storage.objects.list access")
          .doesNotContain("\tat ");
    }
    assertThat(workplace.batches()).isEmpty();
  }

  private Said run(URI gcs, String job, String... more) {
    List<String> args = workplace.command("run", job, more);
    return Said.by(withBeam(gcs, Stream.concat(args.stream(), Stream.of("--local"))));
  }

  private static List<String> withBeam(URI gcs, Stream<String> args) {
    List<String> all = new ArrayList<>(args.toList());
    all.add("--");
    all.addAll(GcsEmulator.beamOptions(gcs));
    return all;
  }
}
