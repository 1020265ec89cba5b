package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.openai.OpenAiApi;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is asked about only where it was sent. */
class RecipientsTest {
  private static final String KEY = "sk-0123456789abcdef";
  private static final RunIdentity RUN = new RunIdentity("job", "daily", "5a17", 0);

  @TempDir Path folder;
  private BatchLedger ledger;
  private Recipients recipients;

  @BeforeEach
  void runIsSentToOpenAi() throws IOException {
    ledger = BatchLedger.of(new RunFolder(folder.toString()));
    recipients = new Recipients(RUN, ledger);
    recipients.record(recipient(Map.of()));
    ledger.create("a1-c00000", BatchEntry.planned(file(), Instant.EPOCH));
  }

  @Test
  void goesOnWhereItWasSent() {
    assertThatCode(() -> recipients.check(recipient(Map.of()))).doesNotThrowAnyException();
    assertThatCode(() -> recipients.record(recipient(Map.of("OPENAI_BASE_URL", " "))))
        .doesNotThrowAnyException();
  }

  @Test
  void namesBothServersAndTheVariableThatLeadsBack() {
    assertThatThrownBy(
            () ->
                recipients.check(
                    recipient(Map.of("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1?api-version=1"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("run daily of job job was sent to api.openai.com/v1")
        .hasMessageContaining("would be asked about at 127.0.0.1:8080/v1 now: set OPENAI_BASE_URL")
        .hasMessageContaining("add --provider-moved")
        .extracting(thrown -> ((UserException) thrown).exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void noticesAnotherKeyOrganizationOrProject() {
    for (Map<String, String> other :
        List.of(
            Map.of("OPENAI_API_KEY", "sk-other"),
            Map.of("OPENAI_ORG_ID", "org-1"),
            Map.of("OPENAI_PROJECT_ID", "proj-1"))) {
      assertThatThrownBy(() -> recipients.check(recipient(other)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("was sent to api.openai.com/v1 with another key")
          .hasMessageContaining("than that of OPENAI_API_KEY");
    }
  }

  @Test
  void tellsTheEmbeddedServerFromOthers() throws Exception {
    assertThatThrownBy(() -> recipients.check(Recipient.inThisProcess()))
        .hasMessageContaining("leave out --local");

    recipients.move(Recipient.inThisProcess());
    assertThatThrownBy(() -> recipients.check(recipient(Map.of())))
        .hasMessageContaining("was sent to the embedded local server")
        .hasMessageContaining("add --local");
  }

  @Test
  void goesOnElsewhereOnceItIsSaidThatTheProviderHasMoved() throws Exception {
    Recipient moved = recipient(Map.of("OPENAI_BASE_URL", "https://eu.api.openai.com/v1"));
    recipients.move(moved);

    assertThatCode(() -> recipients.record(moved)).doesNotThrowAnyException();
    assertThatThrownBy(() -> recipients.check(recipient(Map.of())))
        .hasMessageContaining("was sent to eu.api.openai.com/v1");
  }

  @Test
  void forgetsTheKeyThatWasRefusedBeforeAnythingWasSent() throws Exception {
    BatchLedger empty = BatchLedger.of(new RunFolder(folder.resolve("other").toString()));
    Recipients unsent = new Recipients(RUN, empty);
    unsent.record(recipient(Map.of("OPENAI_API_KEY", "sk-mistyped")));

    assertThatCode(() -> unsent.record(recipient(Map.of()))).doesNotThrowAnyException();
    assertThat(empty.recipient().orElseThrow().value()).isEqualTo(recipient(Map.of()));
  }

  @Test
  void anotherLaunchThatWasFasterDecidesWhereTheRunIsSent() throws Exception {
    Recipient elsewhere = recipient(Map.of("OPENAI_BASE_URL", "https://eu.api.openai.com/v1"));
    Map<String, Versioned> records = new HashMap<>();
    BatchLedger theirs = new BatchLedger(new TroubledStore(records, null));
    Recipients late =
        new Recipients(
            RUN,
            new BatchLedger(
                new TroubledStore(records, null) {
                  @Override
                  public Optional<Versioned> write(String name, long expected, String content)
                      throws IOException {
                    if (records.isEmpty()) {
                      new Recipients(RUN, theirs).record(elsewhere);
                      theirs.create("a1-c00000", BatchEntry.planned(file(), Instant.EPOCH));
                    }
                    return super.write(name, expected, content);
                  }
                }));

    assertThatThrownBy(() -> late.record(recipient(Map.of())))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("was sent to eu.api.openai.com/v1");
    assertThat(theirs.recipient().orElseThrow().value()).isEqualTo(elsewhere);
  }

  @Test
  void aKeyThatWasRenewedInItsSecretIsOfTheSameAccount() throws Exception {
    String secret = "projects/p/secrets/openai-key";
    Recipient renewed = recipient(Map.of("OPENAI_API_KEY", "sk-renewed")).keptIn(secret, RUN.uid());
    assertThatThrownBy(() -> recipients.record(renewed)).hasMessageContaining("another key");

    recipients.record(recipient(Map.of()).keptIn(secret, RUN.uid()));
    recipients.record(renewed);

    assertThat(ledger.recipient().orElseThrow().value()).isEqualTo(renewed);
    assertThatCode(() -> recipients.check(recipient(Map.of("OPENAI_API_KEY", "sk-renewed"))))
        .as("the same key from the environment")
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                recipients.check(
                    recipient(Map.of("OPENAI_API_KEY", "sk-3"))
                        .keptIn("projects/p/secrets/other", RUN.uid())))
        .hasMessageContaining("another key");
  }

  @Test
  void keepsNothingThatTellsTheKey() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).doesNotContain(KEY).doesNotContain(KEY.substring(3, 11));
      }
    }
    Recipient otherRun = OpenAiApi.INSTANCE.recipient(null, Map.of("OPENAI_API_KEY", KEY), "b2");
    assertThat(otherRun.account()).isNotEqualTo(recipient(Map.of()).account());
  }

  private static Recipient recipient(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(Map.of("OPENAI_API_KEY", KEY));
    environment.putAll(more);
    return OpenAiApi.INSTANCE.recipient(null, environment, RUN.uid());
  }

  private static InputFile file() {
    return new InputFile("file-1", "x.jsonl", Instant.EPOCH);
  }
}
