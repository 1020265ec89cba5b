package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.Submission;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.storage.RunFolder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches with the key of a chunk that this process didn't create. */
class StrangersBatchTest {
  private static final String ENDPOINT = "/v1/chat/completions";
  private static final byte[] REQUESTS = request("p0-0");

  @TempDir Path folder;
  private final RunIdentity run = new RunIdentity("job", "r1", "5a17", 0);
  private final Chunk chunk =
      new Chunk("a1-c0", 1, List.of(new Part("p0", 1, 1, REQUESTS.length, 20, Map.of())));

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isTakenIfItWasMadeOfOurInput(boolean lost) throws Exception {
    try (LocalServer server = serve();
        BatchProvider provider = connect(server)) {
      CoordinatorContext context = context(provider);
      Contents contents = ignored -> new ByteArrayInputStream(REQUESTS);
      new ChunkUploader(context, contents).upload(chunk);
      String file = context.ledger().read("a1-c0").orElseThrow().entry().fileId();
      // The first batch of all hangs.
      provider.create(submission(provider.upload(upload("x.jsonl", REQUESTS)).id(), ENDPOINT, "x"));
      Batch ours = provider.create(submission(file, ENDPOINT, "p0-0"));
      if (lost) {
        BatchLedger.Tracked now = context.ledger().read("a1-c0").orElseThrow();
        context.ledger().advance(now, now.entry().withoutFile(Clock.systemUTC().instant()));
      }

      List<AwaitedChunk> done = new ArrayList<>();
      try (CoordinatorSession session = new CoordinatorSession(context, contents)) {
        session.await(List.of(chunk), Sleeper.SYSTEM, done::add);
      }

      assertThat(done).extracting(AwaitedChunk::batchId).containsExactly(ours.id());
      assertThat(server.stats().batchesCreated()).isEqualTo(2);
    }
  }

  private LocalServer serve() throws Exception {
    return LocalServer.start(
        LocalServerSettings.defaults()
            .withDir(folder.resolve("server"))
            .withFaults(FaultText.parse("batch:stuck:1")));
  }

  private static BatchProvider connect(LocalServer server) {
    return OpenAiProvider.connect(
        server.baseUrl().toString(), Map.of("OPENAI_API_KEY", "local-key"));
  }

  private CoordinatorContext context(BatchProvider provider) {
    return new CoordinatorContext(
        TestSettings.of(run),
        provider,
        BatchLedger.of(new RunFolder(folder.resolve("run").toString())),
        Clock.systemUTC());
  }

  private Submission submission(String file, String endpoint, String id) {
    return new Submission(
        run.key("a1-c0"),
        Map.of(Batch.KEY, run.key("a1-c0")),
        endpoint,
        "gpt-4o-mini",
        file,
        upload("requests.jsonl", request(id)),
        1);
  }

  private static Upload upload(String name, byte[] content) {
    return new Upload(name, content.length, () -> new ByteArrayInputStream(content));
  }

  private static byte[] request(String id) {
    return ("{\"custom_id\":\"%s\",\"method\":\"POST\",\"url\":\"%s\",\"body\":{\"model\":\"gpt-4o-mini\","
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Good?\"}]}}\n")
        .formatted(id, ENDPOINT)
        .getBytes(StandardCharsets.UTF_8);
  }
}
