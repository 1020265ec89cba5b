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
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the join leaves at the provider, and what it does in a run that is cancelled. */
class DiscardedFilesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String CHUNK = "a1-c00000";
  private static final InputFile INPUT = new InputFile("file-input", "in.jsonl", NOW);

  @TempDir Path directory;
  private final List<JoinedChunk> joined = new ArrayList<>();
  private final List<StoredFiles> opened = new ArrayList<>();
  private PermanentErrors errors = PermanentErrors.THROWN;
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
    assertThat(opened).as("one connection for the join and the deletions").hasSize(1);
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

  /** The run was cancelled in between. */
  @Test
  void inputOfAChunkThatWasUploadedButNeverSentIsDeleted() throws Exception {
    ledger.create(CHUNK, BatchEntry.planned(INPUT, NOW));
    ledger.cancel(NOW);
    chunk = new EndedChunk(directory).parts(chunk.parts()).withoutBatch();

    join();

    assertThat(joined.get(0).failed().documents()).isEqualTo(3);
    assertThat(left()).containsExactly("file-error", "file-output");
    assertThat(entry().times().discarded()).isNotNull();
  }

  @Test
  void nothingIsDeletedForAChunkThatWasNeverUploaded() throws Exception {
    ledger.create(CHUNK, BatchEntry.unwanted(1, NOW));
    ledger.cancel(NOW);
    chunk = new EndedChunk(directory).parts(chunk.parts()).withoutBatch();

    join();

    assertThat(left()).containsExactly("file-error", "file-input", "file-output");
    assertThat(entry().times().discarded()).isNull();
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

  @Test
  void chunkThatAStreamCannotJoinIsRecordedAndTheStreamGoesOn() throws Exception {
    errors = PermanentErrors.of(IsBounded.UNBOUNDED, chunk.folder());
    Files.writeString(Path.of(chunk.folder().documents("p0")), "\"id-0\"\t{}\n");

    join();

    assertThat(joined).isEmpty();
    assertThat(PermanentErrors.messages(chunk.folder()).get(CHUNK)).contains("expected 3");
  }

  private void end(String batch, String errorFile) throws Exception {
    BatchEnd end = new BatchEnd(BatchStatus.COMPLETED, "file-output", errorFile, List.of(), 1L);
    ledger.create(CHUNK, BatchEntry.planned(INPUT, NOW).submitted(batch, NOW).ended(end, NOW));
  }

  private void join() throws Exception {
    JoinResults step = new JoinResults(job, chunk.folder(), new SuppliedProviders(this::open));
    JoinResults.JoinFn join = new JoinResults.JoinFn(step, errors);
    join.join(chunk.awaited(), new Kept());
    join.close();
    assertThat(opened).allMatch(StoredFiles::isClosed);
  }

  private StoredFiles open() {
    opened.add(new StoredFiles(directory));
    return opened.get(opened.size() - 1);
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
