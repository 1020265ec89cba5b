package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.SuppliedProviders;
import io.beambatch.batch.BatchException;
import io.beambatch.job.Job;
import io.beambatch.job.SmallJob;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.values.OutputBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the join leaves at the provider, and what it does in a run that is cancelled. */
class DiscardedFilesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String CHUNK = "a1-c00000";

  @TempDir Path directory;
  private final List<JoinedChunk> joined = new ArrayList<>();
  private EndedChunk chunk;
  private Job job = Jobs.chat().job();
  private BatchLedger ledger;

  @BeforeEach
  void aBatchHasEnded() throws Exception {
    chunk =
        new EndedChunk(directory)
            .part("p0", "{}", "{}", "{}")
            .output(Results.chat("p0-0", "good"))
            .error(Results.status("p0-1", 400, "bad"));
    Files.writeString(directory.resolve("file-input"), "requests");
    ledger = BatchLedger.of(chunk.folder());
  }

  @Test
  void filesOfTheBatchAreDeletedOnceTheAnswersAreSafe() throws Exception {
    end("batch_1", "file-error");

    join();

    assertThat(joined.get(0).answered().documents()).isEqualTo(1);
    assertThat(left()).isEmpty();
    assertThat(entry().times().discarded()).isNotNull();
    assertThat(entry().fileId()).isNull();
    Files.writeString(directory.resolve("file-output"), "of another");
    join();
    assertThat(joined.get(1)).isEqualTo(joined.get(0));
    assertThat(left()).containsExactly("file-output");
  }

  @Test
  void filesStayIfTheJobSaysSo() throws Exception {
    end("batch_1", "file-error");
    job = SmallJob.of("keep_files=true");

    join();

    assertThat(joined).hasSize(1);
    assertThat(left()).containsExactly("file-error", "file-input", "file-output");
    assertThat(entry().times().discarded()).isNull();
  }

  @Test
  void filesThatCannotBeDeletedStayAndCostNoAnswer() throws Exception {
    end("batch_1", "file-unknown");

    join();

    assertThat(joined).hasSize(1);
    assertThat(entry().times().discarded()).isNull();
    assertThat(left()).containsExactly("file-error");
  }

  @Test
  void filesOfABatchThatWasNotJoinedStay() throws Exception {
    end("batch_2", "file-error");

    join();

    assertThat(joined).hasSize(1);
    assertThat(left()).containsExactly("file-error", "file-input", "file-output");
  }

  @Test
  void filesOfAChunkThatTheLedgerDoesNotKnowStay() throws Exception {
    join();

    assertThat(left()).containsExactly("file-error", "file-input", "file-output");
  }

  @Test
  void nothingIsSentAgainOnceTheRunIsCancelled() throws Exception {
    ledger.cancel(NOW);

    join();

    assertThat(joined.get(0).toSendAgain()).isEmpty();
    assertThat(joined.get(0).failed().documents()).isEqualTo(2);
  }

  @Test
  void resultFileThatIsGoneIsSaidInOurWords() throws Exception {
    Files.delete(directory.resolve("file-output"));

    assertThatThrownBy(this::join)
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("No such file file-output");
    assertThat(joined).isEmpty();
  }

  private void end(String batch, String errorFile) throws Exception {
    BatchEnd end = new BatchEnd(BatchStatus.COMPLETED, "file-output", errorFile, List.of(), 1L);
    InputFile input = new InputFile("file-input", "in.jsonl", NOW);
    ledger.create(CHUNK, BatchEntry.planned(input, NOW).submitted(batch, NOW).ended(end, NOW));
  }

  private void join() throws Exception {
    String files = directory.toString();
    JoinResults step =
        new JoinResults(
            job, chunk.folder(), new SuppliedProviders(() -> new StoredFiles(Path.of(files))));
    JoinResults.JoinFn join = new JoinResults.JoinFn(step, PermanentErrors.THROWN);
    join.join(chunk.awaited(), new Kept());
    join.close();
  }

  private BatchEntry entry() throws Exception {
    return ledger.read(CHUNK).orElseThrow().entry();
  }

  private List<String> left() throws Exception {
    try (var files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("file-"))
          .sorted()
          .toList();
    }
  }

  private final class Kept implements OutputReceiver<JoinedChunk> {
    @Override
    public void output(JoinedChunk chunk) {
      joined.add(chunk);
    }

    @Override
    public OutputBuilder<JoinedChunk> builder(@Nullable JoinedChunk chunk) {
      throw new UnsupportedOperationException();
    }
  }
}
