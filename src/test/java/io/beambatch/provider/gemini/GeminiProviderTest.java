package io.beambatch.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.localserver.BatchFault;
import io.beambatch.localserver.CallFault;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Submission;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against the local server, whose independent client is Google's own SDK. */
class GeminiProviderTest {
  private static final String MODEL = "gemini-2.5-flash";

  private LocalServer server;
  private GeminiProvider provider;

  @BeforeEach
  void start() throws IOException {
    server = LocalServer.start(LocalServerSettings.defaults());
    provider = connect(server, "any");
  }

  @AfterEach
  void stop() throws IOException {
    provider.close();
    server.close();
  }

  @Test
  void takesABatchFromItsUploadToItsResults() throws Exception {
    InputFile file = provider.upload(upload(lines(3)));
    assertThat(file.id()).startsWith("files/");
    assertThat(file.name()).isEqualTo("mine.jsonl");

    Batch created = provider.create(submission(file, "run/c-1"));
    assertThat(created.status().ended()).isFalse();
    server.awaitBatches(Duration.ofSeconds(30));
    Batch ended = provider.get(created.id());

    assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(ended.key()).isEqualTo("run/c-1");
    assertThat(ended.total()).isEqualTo(3);
    assertThat(ended.completed()).isEqualTo(3);
    assertThat(ended.inputFileId()).isEqualTo(file.id());
    assertThat(ended.hasAllResults()).isTrue();
    try (InputStream results = provider.download(String.valueOf(ended.outputFileId()), 1 << 20)) {
      assertThat(new String(results.readAllBytes(), StandardCharsets.UTF_8).lines())
          .hasSize(3)
          .allMatch(line -> line.startsWith("{\"key\":\"k-"));
    }
    provider.discard(file.id(), ended.id());
    provider.discard(file.id(), ended.id());
    assertThat(provider.list(null, 100).batches()).isEmpty();
    assertThat(provider.listFiles(null, 100).files()).isEmpty();
  }

  @Test
  void goesOnWithAnUploadThatBroke() throws Exception {
    server.faults(Faults.none().with(CallFault.first(1, "upload_file", CallFault.Kind.DROP)));
    AtomicInteger opened = new AtomicInteger();
    byte[] content = lines(20_000);
    InputFile first = provider.upload(counted(content, opened));
    assertThat(opened).hasValue(1); // it was the start that broke

    AtomicInteger again = new AtomicInteger();
    InputFile second;
    try (LocalServer breaking = LocalServer.start(LocalServerSettings.defaults());
        GeminiProvider other = connect(breaking, "any")) {
      Upload upload =
          counted(
              content,
              again,
              () ->
                  breaking.faults(
                      Faults.none()
                          .with(CallFault.first(1, "upload_file", CallFault.Kind.TRUNCATE))));
      second = other.upload(upload);
      assertThat(breaking.stats().calls().get("upload_file")).isEqualTo(4);
    }
    assertThat(again).hasValue(2);
    assertThat(first.id()).isNotEqualTo(second.id());
  }

  @Test
  void createsOnceWhateverBecomesOfTheReplyAndFindsItByItsKey() throws Exception {
    InputFile file = provider.upload(upload(lines(1)));
    server.faults(
        Faults.none().with(CallFault.first(1, "create_batch", CallFault.Kind.LOST_REPLY)));

    assertThatThrownBy(() -> provider.create(submission(file, "run/c-1")))
        .isInstanceOfSatisfying(
            ProviderException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NO_REPLY));

    assertThat(provider.list(null, 100).batches())
        .extracting(Batch::key)
        .containsExactly("run/c-1");
    assertThat(server.stats().batchesCreated()).isEqualTo(1);
  }

  @Test
  void readsAListToItsEndWhoeverReadItsBeginning() throws Exception {
    InputFile file = provider.upload(upload(lines(1)));
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 230; i++) {
      keys.add(0, "run/c-" + i);
      provider.create(submission(file, "run/c-" + i));
    }

    List<String> listed = new ArrayList<>();
    String after = null;
    BatchPage page;
    do {
      try (GeminiProvider fresh = connect(server, "any")) { // knows of no page before
        page = fresh.list(after, 100);
      }
      page.batches().forEach(batch -> listed.add(String.valueOf(batch.key())));
      after = page.batches().get(page.batches().size() - 1).id();
    } while (page.hasMore());

    assertThat(listed).isEqualTo(keys);
  }

  @Test
  void cancelsABatchAndLeavesOneThatHasEndedAsItIs() throws Exception {
    server.faults(Faults.none().with(BatchFault.first(1, BatchFault.Kind.STUCK).at(0)));
    InputFile file = provider.upload(upload(lines(2)));
    Batch stuck = provider.create(submission(file, "run/c-1"));
    provider.cancel(stuck.id());
    server.awaitBatches(Duration.ofSeconds(30));
    Batch cancelled = provider.get(stuck.id());
    assertThat(cancelled.status()).isEqualTo(BatchStatus.CANCELLED);
    assertThat(cancelled.hasAllResults()).isTrue();

    Batch other = provider.create(submission(file, "run/c-2"));
    server.awaitBatches(Duration.ofSeconds(30));
    assertThat(provider.cancel(other.id()).status()).isEqualTo(BatchStatus.COMPLETED);
  }

  @Test
  void waitsForResultsThatShowLate() throws Exception {
    server.faults(Faults.none().with(BatchFault.first(1, BatchFault.Kind.NULL_OUTPUT)));
    Batch batch = provider.create(submission(provider.upload(upload(lines(1))), "run/c-1"));
    server.awaitBatches(Duration.ofSeconds(30));

    assertThat(provider.get(batch.id()).hasAllResults()).isFalse();
    assertThat(provider.get(batch.id()).hasAllResults()).isFalse();
    assertThat(provider.get(batch.id()).hasAllResults()).isTrue();
  }

  @Test
  void saysWhatIsWrongWithABatchAndWithTheKey() throws Exception {
    Batch batch =
        provider.create(
            submission(
                provider.upload(upload("nonsense\n".getBytes(StandardCharsets.UTF_8))), "a"));
    server.awaitBatches(Duration.ofSeconds(30));
    Batch failed = provider.get(batch.id());
    assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
    assertThat(failed.errors().get(0).message()).contains("JSON");

    try (LocalServer locked =
            LocalServer.start(LocalServerSettings.defaults().withApiKey("right"));
        GeminiProvider wrong = connect(locked, "wrong")) {
      assertThatThrownBy(() -> wrong.list(null, 100))
          .isInstanceOfSatisfying(
              ProviderException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAUTHORIZED))
          .hasMessageContaining("GEMINI_API_KEY")
          .hasMessageNotContaining("wrong");
    }
    assertThatThrownBy(() -> provider.download("files/batch-gone"))
        .isInstanceOfSatisfying(
            ProviderException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
        .hasMessageContaining("48 hours");
  }

  private static byte[] lines(int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines
          .append("{\"key\":\"k-")
          .append(i)
          .append(
              "\",\"request\":{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}}\n");
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Upload upload(byte[] content) {
    return new Upload("mine.jsonl", content.length, () -> new ByteArrayInputStream(content));
  }

  private static Upload counted(byte[] content, AtomicInteger opened) {
    return counted(content, opened, () -> {});
  }

  /** An upload that counts how often its content is opened, and does something at the first. */
  private static Upload counted(byte[] content, AtomicInteger opened, Runnable first) {
    return new Upload(
        "mine.jsonl",
        content.length,
        () -> {
          if (opened.getAndIncrement() == 0) {
            first.run();
          }
          return new ByteArrayInputStream(content);
        });
  }

  private static Submission submission(InputFile file, String key) {
    return new Submission(
        key, Map.of(), "generateContent", MODEL, file.id(), upload(new byte[0]), 1);
  }

  private static GeminiProvider connect(LocalServer server, String key) {
    try {
      return new GeminiProvider(
          GeminiSettings.from(
              server.rootUrl().toString(), Map.of(), Map.of(GeminiSettings.KEY, key)),
          java.time.Clock.systemUTC(),
          wait -> {});
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e);
    }
  }
}
