package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.storage.RunFolder;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

  @Test
  void findsAFileOfTheRunOnAnyPage() throws Exception {
    Pages files = new Pages(OrphanSearch.METADATA);
    files.pages.add(List.of(file("other-1", 0), file("other-2", 1)));
    assertThat(isAnyThere(files)).isFalse();

    files.pages.add(List.of(file("other-3", 2), file(RUN.inputName("a1-c00000"), 3)));
    assertThat(isAnyThere(files)).isTrue();
    assertThat(files.asked).containsExactly(null, "other-2");
  }

  /** Nor on a page whose last file is older than the run can be. */
  @Test
  void looksNoFurtherThanTheRunsBeginning() throws Exception {
    Pages files = new Pages(OrphanSearch.METADATA);
    files.pages.add(List.of(file("other-1", 24 * 60)));
    files.pages.add(List.of(file("other-2", 24 * 60 + 1)));
    files.pages.add(List.of(file(RUN.inputName("a1-c00000"), 24 * 60 + 2)));
    assertThat(isAnyThere(files)).isFalse();

    files.pages.set(1, List.of(new InputFile("other-2", "other-2", Instant.EPOCH)));
    assertThat(isAnyThere(files)).as("the provider shows no times").isTrue();
  }

  @Test
  void findsAFileBeforeThoseThatAreTooOld() throws Exception {
    Pages files = new Pages(OrphanSearch.METADATA);
    files.pages.add(List.of(file(RUN.inputName("a1-c00000"), 0), file("other-1", 24 * 60 + 1)));
    files.pages.add(List.of(file("other-2", 24 * 60 + 2)));

    assertThat(isAnyThere(files)).isTrue();
    assertThat(files.asked).hasSize(1);
  }

  @Test
  void listThatGoesRoundInCirclesIsNotReadForEver() throws Exception {
    Pages files = new Pages(OrphanSearch.METADATA);
    files.pages.add(List.of(file("other-1", 0)));
    files.pages.add(List.of(file("other-1", 0)));
    files.pages.add(List.of(file("other-1", 0)));
    files.pages.add(List.of(file(RUN.inputName("a1-c00000"), 0)));

    assertThat(isAnyThere(files)).isFalse();
    assertThat(files.asked).hasSize(2);
  }

  @Test
  void endsWithAnEmptyPage() throws Exception {
    Pages files = new Pages(OrphanSearch.METADATA);
    files.pages.add(List.of());
    files.pages.add(List.of(file(RUN.inputName("a1-c00000"), 0)));

    assertThat(isAnyThere(files)).isFalse();
  }

  @Test
  void findsNoneWhereFilesAreNotShown() throws Exception {
    Pages files = new Pages(OrphanSearch.METADATA);
    files.failure = CoordinatorFixture.failure(Kind.UNAUTHORIZED, 403, null);
    assertThat(isAnyThere(files)).isFalse();

    files.failure = CoordinatorFixture.failure(Kind.UNAVAILABLE, 503, null);
    assertThatThrownBy(() -> isAnyThere(files)).isSameAs(files.failure);
  }

  @Test
  void asksForNoneWhereBatchesAreNotMadeOfFiles() throws Exception {
    Pages files = new Pages(OrphanSearch.COUNT);
    files.pages.add(List.of(file(RUN.inputName("a1-c00000"), 0)));

    assertThat(isAnyThere(files)).isFalse();
    assertThat(files.asked).isEmpty();
  }

  private static boolean isAnyThere(Pages files) throws Exception {
    files.asked.clear();
    BatchLedger ledger = new BatchLedger(new TroubledStore(new HashMap<>(), null));
    return new OrphanInputFiles(RUN, files, ledger).isAnyThere();
  }

  private static InputFile file(String name, int minutesBeforeTheRun) {
    Instant created =
        Instant.ofEpochMilli(RUN.created()).minus(Duration.ofMinutes(minutesBeforeTheRun));
    return new InputFile(name, name, created);
  }

  /** A provider that lists files. */
  private static final class Pages extends ListedBatches {
    private final List<List<InputFile>> pages = new ArrayList<>();

    Pages(OrphanSearch search) {
      super(search);
    }

    @Override
    public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
      if (failure != null) {
        throw failure;
      }
      asked.add(after);
      return new FilePage(pages.get(asked.size() - 1), asked.size() < pages.size());
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
