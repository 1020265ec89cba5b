package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.emulator.GcsEmulator;
import io.beambatch.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunOnGcsTest {
  private GcsEmulator emulator;
  private String bucket;

  @BeforeEach
  void start() throws Exception {
    emulator = GcsEmulator.start();
    bucket = emulator.bucket();
    emulator.put(bucket, "in/reviews.jsonl", "{\"id\":1,\"text\":\"x\"}\n{\"id\":2}\n");
  }

  @AfterEach
  void forgetTheLocalServer() throws Exception {
    Storage.deleteFolder(".beambatch/gs/" + bucket);
  }

  @Test
  void aLocalServerAnswersAndRemembersOnThisMachine() {
    Said first = said("run", "--local", "--run", "a");
    assertThat(first.exitCode()).as("%s", first).isZero();
    assertThat(first.told("report"))
        .isEqualTo("gs://" + bucket + "/staging/sentiment/a/report.json");
    assertThat(emulator.text(bucket, "out/answered-a-a1-c00000.jsonl")).contains("\"sentiment\":");
    assertThat(emulator.text(bucket, "out/failed-a-a1-unsent.jsonl")).contains("invalid_document");

    Said second = said("run", "--local", "--run", "a");
    assertThat(second.exitCode()).isZero();
    assertThat(second.err()).contains("run a was finished before; nothing to do");
    assertThat(second.out()).isEqualTo(first.out());
  }

  @Test
  void aPlanLeavesNothingBehind() {
    Said said = said("plan");
    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.told("requests")).isEqualTo("1");
    assertThat(emulator.names(bucket, "")).containsExactly("in/reviews.jsonl");
  }

  private Said said(String command, String... options) {
    String root = "gs://" + bucket;
    List<String> args =
        new ArrayList<>(
            List.of(command, "pipelines/sentiment.yaml", "--staging", root + "/staging"));
    args.addAll(List.of(options));
    for (String setting :
        List.of(
            "source.path=" + root + "/in/*.jsonl",
            "sink.path=" + root + "/out/answered",
            "failures.path=" + root + "/out/failed")) {
      args.addAll(List.of("--set", setting));
    }
    args.add("--");
    args.addAll(emulator.beamOptions());
    return Said.by(args);
  }
}
