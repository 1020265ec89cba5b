package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.storage.RunFolder;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanInputFilesTest {
  private static final RunIdentity RUN = identity("uid1");
  private static final Chunk CHUNK =
      new Chunk("a1-c00000", 1, List.of(new Part("p", 1, 1, 2, 1, Map.of())));

  @TempDir Path temp;

  @Test
  void deletesWhatOnlyThisRunCanHaveLeftAndNotWhatIsStillNeeded() throws Exception {
    LocalServerSettings local = LocalServerSettings.defaults().withDir(temp.resolve("server"));
    BatchLedger ledger = BatchLedger.of(RunFolder.of(temp.resolve("staging").toString(), "j", "r"));
    try (LocalServer server = LocalServer.start(local);
        OpenAiProvider provider =
            OpenAiProvider.connect(
                server.baseUrl().toString(), Map.of("OPENAI_API_KEY", "any-key"))) {
      // As a crash leaves it: uploaded, but not in the ledger.
      upload(provider, RUN.inputName(CHUNK.id()));
      CoordinatorContext context =
          new CoordinatorContext(TestSettings.of(RUN), provider, ledger, Clock.systemUTC());
      new ChunkUploader(context, chunk -> bytes()).upload(CHUNK);
      String needed = ledger.read(CHUNK.id()).orElseThrow().entry().fileId();
      String another = upload(provider, identity("uid2").inputName(CHUNK.id()));
      String user = upload(provider, "job-r1-notes.jsonl");
      assertThat(provider.listFiles(null, 100).files()).hasSize(4);

      new OrphanInputFiles(RUN, provider, ledger).delete();

      assertThat(provider.listFiles(null, 100).files())
          .extracting(InputFile::id)
          .containsExactly(user, another, needed);
    }
  }

  private static RunIdentity identity(String uid) {
    return new RunIdentity("job", "r1", uid, Instant.now().toEpochMilli());
  }

  private static String upload(OpenAiProvider provider, String name) throws Exception {
    return provider.upload(new Upload(name, 2, OrphanInputFilesTest::bytes)).id();
  }

  private static ByteArrayInputStream bytes() {
    return new ByteArrayInputStream(new byte[] {'{', '}'});
  }
}
