package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoordinatorSessionTest {
  private static final byte[] REQUEST =
      ("{\"custom_id\":\"part000000000000-0\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\","
              + "\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}\n")
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path temp;

  @Test
  void handsOutNothingThatAnotherHasHandedOut() throws Exception {
    RunFolder folder = RunFolder.of(temp.resolve("staging").toString(), "job", "r1");
    Part part = new Part("part000000000000", 1, 1, REQUEST.length, 10, Map.of());
    Storage.write(folder.requests(part.name()), stream -> stream.write(REQUEST));
    Chunk chunk = new Chunk("a1-c00000", 1, List.of(part));
    LocalServerSettings local = LocalServerSettings.defaults().withDir(temp.resolve("server"));
    try (LocalServer server = LocalServer.start(local);
        CoordinatorSession first = coordinator(server, folder);
        CoordinatorSession second = coordinator(server, folder)) {
      plan(chunk, folder, server);
      List<AwaitedChunk> done = new ArrayList<>();
      first.step(List.of(chunk), done::add);
      assertThat(done).as("submitted, not ended").isEmpty();
      Instant deadline = Instant.now().plusSeconds(30);
      while (done.isEmpty()) {
        assertThat(Instant.now()).isBefore(deadline);
        second.step(List.of(chunk), done::add);
      }
      assertThat(done).extracting(AwaitedChunk::chunk).containsExactly(chunk);
      first.step(List.of(), done::add);
      assertThat(done).hasSize(1);
    }
  }

  private static void plan(Chunk chunk, RunFolder folder, LocalServer server) throws Exception {
    try (OpenAiProvider provider = provider(server)) {
      InputFile file =
          provider.upload(
              new Upload("in.jsonl", chunk.bytes(), () -> Contents.in(folder).open(chunk)));
      BatchLedger.of(folder).create(chunk.id(), BatchEntry.planned(file, Instant.now()));
    }
  }

  private static CoordinatorSession coordinator(LocalServer server, RunFolder folder)
      throws Exception {
    RunIdentity run = new RunIdentity("job", "r1", "uid", Instant.now().toEpochMilli());
    return new CoordinatorSession(
        new CoordinatorContext(
            TestSettings.of(run), provider(server), BatchLedger.of(folder), Clock.systemUTC()),
        Contents.in(folder));
  }

  private static OpenAiProvider provider(LocalServer server) throws Exception {
    return OpenAiProvider.connect(server.baseUrl().toString(), Map.of("OPENAI_API_KEY", "any-key"));
  }
}
