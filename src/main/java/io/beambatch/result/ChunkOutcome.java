package io.beambatch.result;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureReason;
import io.beambatch.document.Outcomes;
import io.beambatch.job.Job;
import io.beambatch.json.DocumentSplice;
import io.beambatch.json.JsonSlice;
import io.beambatch.result.LineJudge.Sending;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what becomes of a chunk's documents, and counts it. */
final class ChunkOutcome implements Closeable {
  private static final JsonSlice NULL = JsonSlice.of("null");

  private final Job job;
  private final AwaitedChunk awaited;
  private final LineFile answered;
  private final LineFile failed;
  private final AgainPart again;
  private final DocumentSplice answer;
  private final String batchId;
  private final Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
  private long promptTokens;
  private long completionTokens;

  ChunkOutcome(Job job, RunFolder folder, AwaitedChunk awaited) {
    Chunk chunk = awaited.chunk();
    this.job = job;
    this.awaited = awaited;
    answered = new LineFile(folder.result(chunk.id(), "answered.jsonl"));
    // Two launches that don't agree on this must not write to one file.
    boolean mayBeSentAgain = chunk.attempt() < job.inference().retry().attempts();
    failed =
        new LineFile(
            folder.result(chunk.id(), mayBeSentAgain ? "failed.jsonl" : "failed-for-good.jsonl"));
    again = new AgainPart(chunk, folder, Endpoint.of(job.inference().request().endpoint()));
    answer =
        DocumentSplice.of(
            List.of(job.inference().result().field(), Outcomes.BATCH), List.of(Outcomes.FAILURE));
    // What was never sent has no answers.
    batchId = quoted(String.valueOf(awaited.batchId()));
  }

  /**
   * Adds the document that a reader stands at.
   *
   * @param line its result line, or null if it has none
   */
  void add(
      Part part,
      PartReader documents,
      Judgement judgement,
      @Nullable ResultLine line,
      Sending sending)
      throws IOException {
    if (line != null && line.succeeded()) {
      promptTokens += Math.max(0, line.promptTokens());
      completionTokens += Math.max(0, line.completionTokens());
    }
    if (judgement instanceof Judgement.Answered full && line != null) {
      JsonSlice batch = batch(line, sending);
      answered.add(
          out -> answer.writeLine(out, documents.document(), List.of(full.answer(), batch)));
    } else if (judgement instanceof Judgement.Failed no) {
      fail(documents, no.failure());
    } else if (judgement instanceof Judgement.Retryable later) {
      if (awaited.chunk().attempt() < job.inference().retry().attempts()) {
        again.add(part, documents.request(), documents.sidecarLine());
      } else {
        fail(documents, later.failure());
      }
    }
  }

  /**
   * Makes the files appear.
   *
   * @throws IllegalStateException if not every document has exactly one outcome
   */
  JoinedChunk commit(long unknownLines, long doubledLines) throws IOException {
    Chunk chunk = awaited.chunk();
    int outcomes = answered.lines() + failed.lines() + again.requests();
    if (outcomes != chunk.requests()) {
      throw new IllegalStateException(
          "Chunk %s: expected %d outcomes, found %d answered + %d failed + %d to be sent again"
              .formatted(
                  chunk.id(),
                  chunk.requests(),
                  answered.lines(),
                  failed.lines(),
                  again.requests()));
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
        again.commit(),
        failures,
        promptTokens,
        completionTokens,
        unknownLines,
        doubledLines);
  }

  @Override
  public void close() throws IOException {
    try (answered;
        failed;
        again) {
      // All are closed, whatever happens to the others.
    }
  }

  private void fail(PartReader documents, Failure failure) throws IOException {
    failed.add(out -> Outcomes.writeFailed(out, documents.document(), failure));
    failures.merge(failure.reason(), 1L, Long::sum);
  }

  private @Nullable ResultFile file(Kind kind, LineFile file) {
    return file.lines() == 0
        ? null
        : new ResultFile(kind, awaited.chunk().id(), file.path(), file.lines());
  }

  private JsonSlice batch(ResultLine line, Sending sending) {
    JsonSlice model = line.model();
    JsonSlice finishReason = line.answer().finishReason();
    return JsonSlice.of(
        "{\"model\":"
            + (model == null ? NULL : model).json()
            + ",\"finish_reason\":"
            + (finishReason == null ? NULL : finishReason).json()
            + ",\"prompt_tokens\":"
            + tokens(line.promptTokens())
            + ",\"completion_tokens\":"
            + tokens(line.completionTokens())
            + ",\"batch_id\":"
            + batchId
            + ",\"custom_id\":\""
            + sending.customId()
            + "\",\"attempt\":"
            + sending.attempt()
            + '}');
  }

  private static String tokens(long count) {
    return count < 0 ? "null" : String.valueOf(count);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
