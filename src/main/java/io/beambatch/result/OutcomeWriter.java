package io.beambatch.result;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailedLines;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.document.ReservedFields;
import io.beambatch.job.Job;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.LoneSurrogates;
import io.beambatch.json.ObjectEditor;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.TokenUsage;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes what becomes of a chunk's documents to the files of the run, and counts it: answered,
 * failed, or to be sent again.
 */
final class OutcomeWriter implements Closeable {
  private final Job job;
  private final AwaitedChunk awaited;
  private final NonEmptyFileWriter answered;
  private final NonEmptyFileWriter failed;
  private final RetryPart retry;
  private final ObjectEditor answer;
  private final String batchId;
  private final Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
  private final FailureCauses causes = new FailureCauses();
  private final boolean writesText;
  private final boolean hasTypes;
  private TokenCounts tokens = TokenCounts.NONE;

  OutcomeWriter(Job job, RunFolder folder, AwaitedChunk awaited) {
    Chunk chunk = awaited.chunk();
    this.job = job;
    this.awaited = awaited;
    answered = new NonEmptyFileWriter(folder.result(chunk.id(), "answered.jsonl"));
    // Two launches that don't agree on this must not write to one file.
    boolean mayBeSentAgain = chunk.attempt() < job.inference().retry().attempts();
    failed =
        new NonEmptyFileWriter(
            folder.result(chunk.id(), mayBeSentAgain ? "failed.jsonl" : "failed-for-good.jsonl"));
    retry = new RetryPart(chunk, folder, job.inference().request());
    answer =
        ObjectEditor.of(
            List.of(job.inference().result().field(), ReservedFields.BATCH),
            List.of(ReservedFields.FAILURE));
    writesText = job.inference().request().target().writesText();
    hasTypes = job.answers().hasTypes();
    // What was never sent has no answers.
    batchId = quoted(String.valueOf(awaited.batchId()));
  }

  /**
   * Adds the document that a reader stands at.
   *
   * @param line its result line, or null if it has none
   */
  void add(PartReader documents, Outcome outcome, @Nullable ResultLine line, SentRequest sent)
      throws IOException {
    if (line != null && line.charged()) {
      tokens = tokens.plus(line.usage(), writesText);
    }
    if (outcome instanceof Outcome.Answered full && line != null) {
      JsonSlice batch = batch(line, sent);
      answered.add(
          out -> answer.writeLine(out, documents.document(), List.of(full.answer(), batch)));
    } else if (outcome instanceof Outcome.Failed no) {
      fail(documents, no.failure(), no.cause(), sent);
    } else if (outcome instanceof Outcome.Retryable later) {
      if (awaited.chunk().attempt() < job.inference().retry().attempts()) {
        retry.add(documents.part(), documents.request(), documents.sidecarLine());
      } else {
        fail(documents, later.failure(), later.cause(), sent);
      }
    }
  }

  /**
   * Makes the files appear.
   *
   * @throws IllegalStateException if not every document has exactly one outcome
   */
  JoinedChunk commit(long unknownLines, long duplicateLines) throws IOException {
    Chunk chunk = awaited.chunk();
    int documents = answered.lines() + failed.lines() + retry.requests();
    if (documents != chunk.requests()) {
      throw new IllegalStateException(
          "Chunk %s: expected %d outcomes, found %d answered + %d failed + %d to be sent again"
              .formatted(
                  chunk.id(),
                  chunk.requests(),
                  answered.lines(),
                  failed.lines(),
                  retry.requests()));
    }
    answered.commit();
    failed.commit();
    return new JoinedChunk(
        chunk.id(),
        chunk.attempt(),
        awaited.batchId(),
        chunk.requests(),
        file(Kind.ANSWERED, answered),
        file(Kind.FAILED, failed),
        retry.commit(),
        failures,
        tokens.prompt(),
        tokens.completion(),
        unknownLines,
        duplicateLines,
        tokens.cached(),
        tokens.reasoning(),
        tokens.uncounted(),
        causes.all(),
        tokens.written(),
        tokens.writtenForAnHour());
  }

  @Override
  public void close() throws IOException {
    try (answered;
        failed;
        retry) {
      // All are closed, even if closing one of them fails.
    }
  }

  private void fail(PartReader documents, Failure failure, String cause, SentRequest sent)
      throws IOException {
    failed.add(out -> FailedLines.write(out, documents.document(), failure));
    failures.merge(failure.reason(), 1L, Long::sum);
    String example =
        "request "
            + sent.customId()
            + (sent.batchId() == null ? ", never sent" : " of batch " + sent.batchId());
    causes.add(new FailureCause(failure.reason(), cause, 1, example));
  }

  private @Nullable ResultFile file(Kind kind, NonEmptyFileWriter file) {
    return file.lines() == 0
        ? null
        : new ResultFile(kind, awaited.chunk().id(), file.name(), file.lines());
  }

  private JsonSlice batch(ResultLine line, SentRequest sent) {
    JsonSlice model = line.model();
    JsonSlice finishReason = line.answer().finishReason();
    return JsonSlice.of(
        "{\"model\":"
            + whole(model)
            + ",\"finish_reason\":"
            + whole(finishReason)
            + ",\"prompt_tokens\":"
            + tokens(line.usage().prompt())
            + ",\"completion_tokens\":"
            + tokens(line.usage().completion())
            + ",\"batch_id\":"
            + batchId
            + ",\"custom_id\":\""
            + sent.customId()
            + "\",\"attempt\":"
            + sent.attempt()
            + details(line.usage())
            + '}');
  }

  /** What the provider says beside the answer, with characters that every reader takes. */
  private static String whole(@Nullable JsonSlice value) {
    return value == null ? "null" : LoneSurrogates.replaced(value.json());
  }

  /** Where the provider tells them. In a sink with types, {@code _batch} keeps its columns. */
  private String details(TokenUsage usage) {
    String cached = usage.cached() < 0 ? "" : ",\"cached_tokens\":" + usage.cached();
    String reasoning = usage.reasoning() < 0 ? "" : ",\"reasoning_tokens\":" + usage.reasoning();
    String written = usage.written() < 0 ? "" : ",\"cache_write_tokens\":" + usage.written();
    return hasTypes ? "" : cached + reasoning + written;
  }

  private static String tokens(long count) {
    return count < 0 ? "null" : String.valueOf(count);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
