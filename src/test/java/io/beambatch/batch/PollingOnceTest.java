package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.MovableClock;
import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.Submission;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Looks at batches that are hours apart, each by a coordinator that knows nothing but the ledger.
 * Whatever a chunk waits for, the looks come to an end.
 */
class PollingOnceTest {
  private static final byte[] REQUEST =
      ("{\"custom_id\":\"part000000000000-0\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\","
              + "\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}\n")
          .getBytes(StandardCharsets.UTF_8);
  private static final Chunk CHUNK =
      new Chunk(
          "a1-c00000",
          1,
          List.of(new Part("part000000000000", 1, 1, REQUEST.length, 10, Map.of())));

  @TempDir Path temp;
  private final List<AwaitedChunk> ended = new ArrayList<>();
  private final MovableClock clock = new MovableClock(Instant.now());
  private LocalServer server;
  private RunFolder folder;
  private RunIdentity run;

  @BeforeEach
  void theChunkIsUploaded() throws Exception {
    server = LocalServer.start(LocalServerSettings.defaults().withDir(temp.resolve("server")));
    folder = RunFolder.of(temp.resolve("staging").toString(), "job", "r1");
    run = new RunIdentity("job", "r1", "uid", clock.millis());
    Storage.write(folder.requests("part000000000000"), stream -> stream.write(REQUEST));
    try (BatchProvider provider = provider()) {
      InputFile file =
          provider.upload(
              new Upload("in.jsonl", CHUNK.bytes(), () -> Contents.in(folder).open(CHUNK)));
      ledger().create(CHUNK.id(), BatchEntry.planned(file, clock.instant()));
    }
  }

  @AfterEach
  void closeServer() throws Exception {
    server.close();
  }

  @Test
  void settlesACreationWhoseReplyWasLost() throws Exception {
    server.faults(FaultText.parse("create_batch:lost_reply:1"));

    assertThat(pollOnce()).isEmpty();

    assertThat(entry().state()).isEqualTo(State.SUBMITTED);
    assertThat(server.stats().batchesCreated()).isEqualTo(1);
  }

  @Test
  void goesOnWithoutResultFilesThatNeverShow() throws Exception {
    server.faults(FaultText.parse("batch:null_output:100%:999999999"));
    pollOnce();
    server.awaitBatches(Duration.ofMinutes(2));
    pollOnce();
    assertThat(ended).isEmpty();

    clock.advance(Duration.ofMinutes(11));
    assertThat(pollOnce()).isEmpty();

    assertThat(ended).hasSize(1);
  }

  @Test
  void goesOnWithoutACancelledBatchThatDoesNotEnd() throws Exception {
    server.faults(FaultText.parse("batch:stuck:100%:0%"));
    pollOnce();
    clock.advance(Duration.ofHours(27));
    assertThat(lookWithoutCancelling()).as("cancelled at poll.deadline").isEmpty();
    assertThat(entry().times().cancelled()).isEqualTo(clock.millis());

    clock.advance(Duration.ofMinutes(31));

    assertThat(lookWithoutCancelling()).isEmpty();

    assertThat(ended).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
  }

  @Test
  void collectsABatchThatWasCancelledAtItsDeadline() throws Exception {
    server.faults(FaultText.parse("batch:stuck:100%:0%"));
    pollOnce();
    clock.advance(Duration.ofHours(27));
    assertThat(pollOnce()).isEmpty();
    server.awaitBatches(Duration.ofMinutes(2));

    assertThat(pollOnce()).isEmpty();

    assertThat(ended).hasSize(1);
  }

  @Test
  void saysThatThereIsNeverRoom() throws Exception {
    // Another run of the account holds all that there is.
    server.faults(FaultText.parse("batch:stuck:100%:0%"));
    try (BatchProvider provider = provider()) {
      provider.create(
          new Submission(
              "other/a1-c0",
              Map.of("beambatch_model", "m", "beambatch_tokens", "100", "beambatch_requests", "1"),
              "/v1/chat/completions",
              "m",
              entry().fileId(),
              new Upload("in.jsonl", 0, InputStream::nullInputStream),
              1));
    }
    assertThat(pollOnce()).as("may still be admitted").isEmpty();
    assertThat(entry().state()).isEqualTo(State.PLANNED);

    // Less than the day after which the other run's batch no longer counts.
    clock.advance(Duration.ofHours(22));

    assertThat(pollOnce())
        .hasValueSatisfying(
            problem -> assertThat(problem).hasMessageContaining("leave no room for its 10 tokens"));
  }

  @Test
  void uploadsTwiceAgainWhatTheProviderCannotFindThenStops() throws Exception {
    server.faults(FaultText.parse("batch:file_not_found:1000000"));
    String first = entry().fileId();
    assertThat(pollOnce()).isEmpty();
    assertThat(entry().fileId()).as("uploaded again").isNotEqualTo(first).isNotNull();

    Optional<BatchException> problem = Optional.empty();
    for (int looks = 1; problem.isEmpty(); looks++) {
      assertThat(looks).isLessThan(5);
      problem = pollOnce();
    }

    assertThat(problem.get())
        .hasMessageContaining("was uploaded 3 times, but can't be found at the provider")
        .hasMessageContaining("Cannot find file");
    assertThat(entry().state()).isEqualTo(State.PLANNED);
    assertThat(entry().lostInputs()).isEqualTo(3);
    assertThat(entry().problem()).isEqualTo(problem.get().getMessage());
  }

  @Test
  void sendsNothingOfACancelledRun() throws Exception {
    ledger().cancel(clock.instant());

    assertThat(pollOnce()).isEmpty();

    assertThat(server.stats().batchesCreated()).isZero();
    assertThat(ended).extracting(AwaitedChunk::status).containsExactly(BatchStatus.CANCELLED);
  }

  private Optional<BatchException> pollOnce() throws Exception {
    return look(provider());
  }

  private Optional<BatchException> lookWithoutCancelling() throws Exception {
    BatchProvider real = provider();
    return look(
        (BatchProvider)
            Proxy.newProxyInstance(
                BatchProvider.class.getClassLoader(),
                new Class<?>[] {BatchProvider.class},
                (proxy, method, args) -> {
                  try {
                    return method.getName().equals("cancel")
                        ? real.get((String) args[0])
                        : method.invoke(real, args);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                }));
  }

  private Optional<BatchException> look(BatchProvider provider) throws Exception {
    CoordinatorSettings settings =
        TestSettings.of(run, "limits.enqueued_tokens=100", "poll.deadline=20h").pollingOnce();
    CoordinatorContext context = new CoordinatorContext(settings, provider, ledger(), clock);
    try (CoordinatorSession coordinator = new CoordinatorSession(context, Contents.in(folder))) {
      coordinator.run(List.of(CHUNK), clock::advance, ended::add);
      return coordinator.failure();
    }
  }

  private BatchEntry entry() throws Exception {
    return ledger().read(CHUNK.id()).orElseThrow().entry();
  }

  private BatchLedger ledger() {
    return BatchLedger.of(folder);
  }

  private OpenAiProvider provider() throws Exception {
    return OpenAiProvider.connect(server.baseUrl().toString(), Map.of("OPENAI_API_KEY", "any-key"));
  }
}
