package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.Credentials;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.OAuth2Credentials;
import io.beambatch.emulator.FaultyGcs;
import io.beambatch.emulator.GcsEmulator;
import io.beambatch.ledger.LedgerStore.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.beam.sdk.extensions.gcp.auth.CredentialFactory;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GcsLedgerStoreTest extends LedgerStoreContract {
  private GcsEmulator emulator;
  private String bucket;
  private String root;

  @BeforeEach
  void start() throws Exception {
    emulator = GcsEmulator.start();
    bucket = emulator.bucket();
    root = "gs://" + bucket + "/staging/job/run";
  }

  @Override
  LedgerStore store() {
    return store(emulator.url());
  }

  @Override
  int raced() {
    return 20;
  }

  private LedgerStore store(URI url) {
    return new VersionedStore(new GcsRecordFiles(GcsEmulator.client(url), root));
  }

  @Test
  void theRootOfABucketHoldsALedgerToo() throws IOException {
    LedgerStore store =
        new VersionedStore(
            new GcsRecordFiles(GcsEmulator.client(emulator.url()), "gs://" + bucket));
    store.write("ledger/x", Versioned.ABSENT, "1");
    assertThat(store.list("ledger")).containsExactly("ledger/x");
    assertThat(emulator.names(bucket, "")).containsExactly("ledger/x/1.json");
  }

  @Test
  void listsRecordsOfAllPages() throws IOException {
    LedgerStore store =
        new VersionedStore(new GcsRecordFiles(GcsEmulator.client(emulator.url()), root, 3));
    List<String> names =
        IntStream.range(0, 20).mapToObj(i -> String.format(Locale.ROOT, "plan/a%02d", i)).toList();
    for (String name : names) {
      Versioned first = store.write(name, Versioned.ABSENT, "1").orElseThrow();
      store.write(name, first.version(), "2");
    }
    assertThat(store.list("plan")).isEqualTo(names);
  }

  @Test
  void aShortRecordIsReadInOneCall() throws Exception {
    try (FaultyGcs counting = new FaultyGcs(emulator.url())) {
      LedgerStore store = store(counting.url());
      store.write("ledger/x", Versioned.ABSENT, "short");
      store.write("ledger/y", Versioned.ABSENT, "as short");
      counting.calls();

      assertThat(store.read("ledger/x").orElseThrow().content()).isEqualTo("short");
      assertThat(counting.calls()).isEqualTo(1);
      assertThat(store.readAll("ledger", name -> true)).hasSize(2);
      assertThat(counting.calls()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"' a b ~',2", "'',2", "'a b~',1", "ä,2", "'a\u007f',2"})
  void onlyWhatHeadersCarryIsReadInOneCall(String content, int expected) throws Exception {
    assertCalls(content, expected);
  }

  @ParameterizedTest
  @CsvSource({"7000,1", "7001,2"})
  void onlyWhatFitsBesideAnObjectIsReadInOneCall(int length, int expected) throws Exception {
    assertCalls("x".repeat(length), expected);
  }

  private void assertCalls(String content, int expected) throws Exception {
    try (FaultyGcs counting = new FaultyGcs(emulator.url())) {
      LedgerStore store = store(counting.url());
      store.write("ledger/x", Versioned.ABSENT, content);
      counting.calls();

      assertThat(store.read("ledger/x").orElseThrow().content()).isEqualTo(content);
      assertThat(counting.calls()).isEqualTo(expected);
    }
  }

  @Test
  void readsOfManyFilesSayWhatWasRefused() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      GcsRecordFiles files = new GcsRecordFiles(GcsEmulator.client(faulty.url()), root);
      faulty.refuseEverything(403, "me@example.com does not have storage.objects.get access");

      assertThatThrownBy(() -> files.readAll(List.of("ledger/x/1.json", "ledger/y/1.json")))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(root + "/ledger/x/1.json")
          .hasMessageContaining("does not have storage.objects.get access");
    }
  }

  @Test
  void readsOfManyFilesCanBeInterrupted() {
    GcsRecordFiles files = new GcsRecordFiles(GcsEmulator.client(emulator.url()), root);
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> files.readAll(List.of("ledger/x/1.json", "ledger/y/1.json")))
        .hasMessage("interrupted while reading " + root);
    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
  }

  @Test
  void recordsOfEarlierVersionsAreRead() throws Exception {
    int records = 40;
    for (int i = 0; i < records; i++) {
      emulator.put(bucket, "staging/job/run/ledger/x" + (100 + i) + "/1.json", "content " + i);
    }

    assertThat(store().read("ledger/x100").orElseThrow().content()).isEqualTo("content 0");
    assertThat(store().readAll("ledger", name -> true).values())
        .extracting(Versioned::content)
        .containsExactlyElementsOf(
            IntStream.range(0, records).mapToObj(i -> "content " + i).toList());
  }

  @Test
  void marksAreFilesAmongOthers() throws Exception {
    LedgerStore marks =
        new OnceStore(new GcsRecordFiles(GcsEmulator.client(emulator.url()), root), ".mark.json");
    emulator.put(bucket, "staging/job/run/results/a.jsonl", "{}");
    emulator.put(bucket, "staging/job/run/results/old.mark.json", "old");

    assertThat(marks.read("results/a")).isEmpty();
    assertThat(marks.write("results/a", Versioned.ABSENT, "new")).isPresent();
    assertThat(marks.write("results/a", Versioned.ABSENT, "newer")).isEmpty();
    assertThat(marks.read("results/a").orElseThrow().content()).isEqualTo("new");
    assertThat(marks.list("results")).containsExactly("results/a", "results/old");
    assertThat(marks.readAll("results", name -> true).values())
        .extracting(Versioned::content)
        .containsExactly("new", "old");
  }

  @Test
  void aWriterWhoseReplyWasLostLearnsThatItWon() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      LedgerStore store = store(faulty.url());
      faulty.loseReplyAfter(() -> {});
      Versioned first = store.write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
      faulty.loseReplyAfter(() -> {});
      Versioned second = store.write("ledger/x", first.version(), "2").orElseThrow();
      assertThat(store().read("ledger/x")).contains(second);
    }
  }

  @Test
  void aWriterWhoseReplyWasLostLearnsThatItWonThoughOthersHaveGoneOnSince() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      LedgerStore another = store();
      faulty.loseReplyAfter(() -> advance(another, "ledger/x", "2"));
      assertThat(store(faulty.url()).write("ledger/x", Versioned.ABSENT, "1")).isPresent();
      assertThat(another.read("ledger/x").orElseThrow().content()).isEqualTo("2");
    }
  }

  @Test
  void aWriterWhoComesSecondAfterAFailureLosesEvenWithTheSameContent() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      LedgerStore another = store();
      Versioned first = another.write("ledger/x", Versioned.ABSENT, "1").orElseThrow();
      another.write("ledger/x", first.version(), "the same");
      faulty.refuseUpload(503);
      assertThat(store(faulty.url()).write("ledger/x", first.version(), "the same")).isEmpty();
    }
  }

  @Test
  void aServerThatIsBusyIsAskedAgain() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      faulty.refuseUpload(503);
      faulty.refuseUpload(429);
      assertThat(store(faulty.url()).write("ledger/x", Versioned.ABSENT, "1")).isPresent();
    }
  }

  @Test
  void namesTheBucketThatIsNotThere() {
    LedgerStore store =
        new VersionedStore(
            new GcsRecordFiles(GcsEmulator.client(emulator.url()), "gs://no-such-bucket/staging"));
    for (Call call : calls(store)) {
      assertThatThrownBy(call::make)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("gs://no-such-bucket/staging/")
          .hasMessageContaining("there is no bucket no-such-bucket; create it, or check the name");
    }
  }

  @Test
  void saysWhichRoleIsMissing() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      faulty.refuseEverything(403, "me@example.com does not have storage.objects.list access");
      for (Call call : calls(store(faulty.url()))) {
        assertThatThrownBy(call::make)
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith(root)
            .hasMessageContaining("roles/storage.objectUser) on bucket " + bucket)
            .hasMessageContaining("me@example.com does not have storage.objects.list access");
      }
    }
  }

  @Test
  void saysHowToLogIn() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      faulty.refuseEverything(401, "Anonymous caller does not have access");
      for (Call call : calls(store(faulty.url()))) {
        assertThatThrownBy(call::make)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("gcloud auth application-default login");
      }
    }
  }

  @Test
  void saysThatThereAreNoCredentialsBeforeAnythingIsAsked() {
    FileSystems.setDefaultPipelineOptions(
        PipelineOptionsFactory.fromArgs("--credentialFactoryClass=" + Nobody.class.getName())
            .create());
    assertThatThrownBy(() -> Ledgers.open(root))
        .isInstanceOf(UncheckedIOException.class)
        .cause()
        .hasMessageStartingWith(root + ": no credentials for Google Cloud were found")
        .hasMessageContaining("GOOGLE_APPLICATION_CREDENTIALS");
  }

  @Test
  void isOpenedWhereTheFileSystemsOfThisProcessGo() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      GcsEmulator.use(faulty.url());
      Ledgers.open(root).write("ledger/x", Versioned.ABSENT, "1");
      faulty.refuseEverything(403, "no");
      assertThatThrownBy(() -> Ledgers.open(root).read("ledger/x")).isInstanceOf(IOException.class);
      GcsEmulator.use(emulator.url());
      assertThat(Ledgers.open(root).read("ledger/x")).isPresent();
    }
  }

  @Test
  void isOpenedWithTheCredentialsOfThisProcess() throws Exception {
    try (FaultyGcs server = new FaultyGcs(emulator.url())) {
      FileSystems.setDefaultPipelineOptions(
          PipelineOptionsFactory.fromArgs(
                  "--gcsEndpoint=" + server.url() + "/storage/v1/",
                  "--credentialFactoryClass=" + Somebody.class.getName())
              .create());
      Ledgers.open(root).write("ledger/x", Versioned.ABSENT, "1");
      assertThat(server.authorization()).isEqualTo("Bearer token of somebody");
    }
  }

  private static void advance(LedgerStore store, String name, String content) {
    try {
      assertThat(store.write(name, store.read(name).orElseThrow().version(), content)).isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Call> calls(LedgerStore store) {
    return List.of(
        () -> store.read("ledger/x"),
        () -> store.list("ledger"),
        () -> store.readAll("ledger", name -> true),
        () -> store.write("ledger/x", Versioned.ABSENT, "1"));
  }

  private interface Call {
    void make() throws IOException;
  }

  /** As on a machine where somebody has logged in. */
  public static final class Somebody implements CredentialFactory {
    /** Called by Beam. */
    public static Somebody fromOptions(PipelineOptions options) {
      return new Somebody();
    }

    @Override
    public Credentials getCredential() {
      return OAuth2Credentials.create(new AccessToken("token of somebody", null));
    }
  }

  /** As on a machine where nobody has logged in. */
  public static final class Nobody implements CredentialFactory {
    /** Called by Beam. */
    public static Nobody fromOptions(PipelineOptions options) {
      return new Nobody();
    }

    @Override
    public Credentials getCredential() {
      return null;
    }
  }
}
