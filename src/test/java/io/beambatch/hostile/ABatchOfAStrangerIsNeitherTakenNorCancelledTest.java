package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.FaultText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody with a key of the same account reads the metadata of our batches, and gives a batch of
 * their own the key of a chunk of ours. It is said once, and left alone: no answer of it is taken
 * for ours, and it is not ours to cancel.
 */
@Tag("slow")
class ABatchOfAStrangerIsNeitherTakenNorCancelledTest {
  private static final String JOB = "pipelines/sentiment.yaml";
  private static final MediaType JSON = MediaType.get("application/json");

  @TempDir Path folder;
  private final OkHttpClient client = new OkHttpClient();

  @Test
  void whereItIsThereBeforeOurs() throws Exception {
    Workplace workplace = new Workplace(folder);
    AtomicReference<String> theirs = new AtomicReference<>();
    try (HostileProvider provider = HostileProvider.start(folder)) {
      // The first batch of all, which is theirs, hangs: taken for ours, it would hold up the run.
      provider.honest().faults(FaultText.parse("batch:stuck:1"));
      provider.lies(
          HostileProvider.LIST,
          call -> {
            if (theirs.get() == null) {
              theirs.set(batchOfAStranger(provider, workplace));
            }
            return call.honestly();
          });
      // What is logged is seen in the error output of a process alone.
      try (Program run = provider.start(folder.resolve("run"), command(workplace, "run"))) {
        assertThat(run.end()).as("%s", run).isZero();
        assertThat(run.err().split("was created by another program", -1)).hasSize(2);
        assertThat(run.err()).contains("batch " + theirs.get());
      }
      assertThat(provider.honest().stats().batchesCreated()).isEqualTo(2);
      assertThat(provider.honest().stats().calls()).doesNotContainKey("cancel_batch");
    }
    assertThat(workplace.answered())
        .hasSize(40)
        .allSatisfy(
            document ->
                assertThat(document.at("/_batch/batch_id").asText()).isNotEqualTo(theirs.get()));
  }

  @Test
  void whereOursIsCancelled() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (HostileProvider provider = HostileProvider.start(folder)) {
      provider.honest().faults(FaultText.parse("batch:stuck:2"));
      Said submit = said(provider, workplace, "submit");
      assertThat(submit.exitCode()).as("%s", submit).isZero();
      String theirs = batchOfAStranger(provider, workplace);
      Said cancel = said(provider, workplace, "cancel");
      assertThat(cancel.exitCode()).as("%s", cancel).isZero();
      assertThat(Workplace.listed(provider.honest().baseUrl() + "/batches?limit=100"))
          .hasSize(2)
          .allSatisfy(
              batch ->
                  assertThat(batch.path("status").asText())
                      .isIn(
                          batch.path("id").asText().equals(theirs)
                              ? List.of("validating", "in_progress")
                              : List.of("cancelled")));
    }
  }

  private static Said said(HostileProvider provider, Workplace workplace, String command) {
    return provider.said(command(workplace, command));
  }

  private static List<String> command(Workplace workplace, String name) {
    return workplace.command(name, JOB, "--run", "r", "--set", "poll.interval=100ms");
  }

  /** Makes a batch with the key of the run's first chunk, and returns its id. */
  private String batchOfAStranger(HostileProvider provider, Workplace workplace)
      throws IOException {
    Path record = workplace.staging().resolve("sentiment/runs/r/1.json");
    String uid = Workplace.JSON.readTree(Files.readString(record)).path("uid").asText();
    String request =
        """
        {"custom_id":"other","method":"POST","url":"/v1/chat/completions","body":\
        {"model":"gpt-4o-mini","messages":[{"role":"user","content":"Good?"}]}}
        """;
    String file =
        id(
            provider,
            "/v1/files",
            new MultipartBody.Builder()
                .setType(MultipartBody.FORM)
                .addFormDataPart("purpose", "batch")
                .addFormDataPart("file", "theirs.jsonl", RequestBody.create(request, JSON))
                .build());
    return id(
        provider,
        "/v1/batches",
        RequestBody.create(
            """
            {"input_file_id":"%s","endpoint":"/v1/chat/completions","completion_window":"24h",\
            "metadata":{"beambatch_key":"%s/a1-c00000"}}"""
                .formatted(file, uid),
            JSON));
  }

  private String id(HostileProvider provider, String path, RequestBody body) throws IOException {
    try (Response response =
        client
            .newCall(
                new Request.Builder()
                    .url(provider.honest().baseUrl().resolve(path).toString())
                    .header("Authorization", "Bearer " + HostileProvider.KEY)
                    .post(body)
                    .build())
            .execute()) {
      JsonNode reply = Workplace.JSON.readTree(response.body().string());
      assertThat(response.code()).as("%s", reply).isEqualTo(200);
      return reply.path("id").asText();
    }
  }
}
