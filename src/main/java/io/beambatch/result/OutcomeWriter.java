package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.CostSpread;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.job.PriceSpec;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.ResultLine;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the outcomes of a chunk's documents to the files of the run, and counts them: answered,
 * failed, or to be sent again.
 */
final class OutcomeWriter implements Closeable {
  private final AwaitedChunk awaited;
  private final DocumentFiles files;
  private final RetryParts retry;
  private final boolean writesText;
  private final boolean mayBeSentAgain;
  private TokenCounts tokens = TokenCounts.NONE;
  private TokenCounts tokensOfRepairs = TokenCounts.NONE;
  private final @Nullable PriceSpec price;
  private CostSpread spread = CostSpread.NONE;
  private long repairs;
  private long repaired;

  OutcomeWriter(Job job, RunFolder folder, AwaitedChunk awaited) {
    Chunk chunk = awaited.chunk();
    this.awaited = awaited;
    mayBeSentAgain = chunk.attempt() < job.inference().retry().attempts();
    // Two launches that decide this differently must not write to the same file.
    files =
        new DocumentFiles(
            job, folder, chunk.id(), mayBeSentAgain ? "failed.jsonl" : "failed-for-good.jsonl");
    retry = new RetryParts(chunk, folder, job.inference());
    price = chunk.canary() ? price(job.inference()) : null;
    writesText = job.inference().request().target().writesText();
  }

  /**
   * Adds the document at which a reader is positioned.
   *
   * @param line its result line, or null if it has none
   * @return whether the outcome is final, and not left to the next attempt
   */
  boolean add(PartReader documents, Outcome outcome, @Nullable ResultLine line, SentRequest sent)
      throws IOException {
    boolean isFinal = settle(documents, outcome, line, sent);
    if (price != null && (isFinal || (line != null && line.charged()))) {
      addCost(price, line);
    }
    return isFinal;
  }

  private static @Nullable PriceSpec price(Inference inference) {
    RequestSpec request = inference.request();
    return PriceTable.shipped()
        .price(request.provider().word(), request.model(), inference.prices())
        .orElse(null);
  }

  /** A request that was not charged for counts, too; an answer without its tokens doesn't. */
  private void addCost(PriceSpec known, @Nullable ResultLine line) {
    TokenCounts counted =
        line == null || !line.charged()
            ? TokenCounts.NONE
            : TokenCounts.NONE.plus(line.usage(), writesText);
    if (counted.uncounted() == 0) {
      spread = spread.plus(CostEstimate.of(known, counted).batchUsd().doubleValue());
    }
  }

  private boolean settle(
      PartReader documents, Outcome outcome, @Nullable ResultLine line, SentRequest sent)
      throws IOException {
    boolean isRepair = documents.part().repairs() > 0 && sent.batchId() != null;
    repairs += isRepair ? 1 : 0;
    if (line != null && line.charged()) {
      tokens = tokens.plus(line.usage(), writesText);
      tokensOfRepairs = isRepair ? tokensOfRepairs.plus(line.usage(), writesText) : tokensOfRepairs;
    }
    if (outcome instanceof Outcome.Answered full && line != null) {
      files.answer(documents.document(), full, line, sent);
      repaired += isRepair ? 1 : 0;
    } else if (outcome instanceof Outcome.Failed no) {
      if (no.repair() != null && mayBeSentAgain && retry.addRepair(documents, no.repair())) {
        return false;
      }
      files.fail(documents.document(), no.failure(), no.cause(), sent);
    } else if (outcome instanceof Outcome.Retryable later) {
      if (mayBeSentAgain) {
        retry.add(documents);
        return false;
      }
      files.fail(documents.document(), later.failure(), later.cause(), sent);
    }
    return true;
  }

  /** Returns whether requests that must be sent again are left to a next attempt. */
  boolean mayBeSentAgain() {
    return mayBeSentAgain;
  }

  /**
   * Makes the files visible.
   *
   * @param awaitedAnswers the file of answers for which other documents wait, or null
   * @throws IllegalStateException unless every document has exactly one outcome
   */
  JoinedChunk commit(long unknownLines, long duplicateLines, @Nullable String awaitedAnswers)
      throws IOException {
    Chunk chunk = awaited.chunk();
    int documents = files.answered() + files.failed() + retry.requests();
    if (documents != chunk.requests()) {
      throw new IllegalStateException(
          "Chunk %s: expected %d outcomes, found %d answered + %d failed + %d to be sent again"
              .formatted(
                  chunk.id(),
                  chunk.requests(),
                  files.answered(),
                  files.failed(),
                  retry.requests()));
    }
    files.commit();
    List<Part> again = retry.commit();
    return new JoinedChunk(
        chunk.id(),
        chunk.attempt(),
        awaited.batchId(),
        chunk.requests(),
        files.answeredFile(),
        files.failedFile(),
        again.stream().filter(part -> part.repairs() == 0).findFirst().orElse(null),
        files.failures(),
        tokens.prompt(),
        tokens.completion(),
        unknownLines,
        duplicateLines,
        tokens.cached(),
        tokens.reasoning(),
        tokens.uncounted(),
        files.causes(),
        tokens.written(),
        tokens.writtenForAnHour(),
        awaitedAnswers,
        new Repairs(
            again.stream().filter(part -> part.repairs() > 0).toList(),
            repairs,
            repaired,
            tokensOfRepairs),
        price == null ? null : spread);
  }

  @Override
  public void close() throws IOException {
    try (files;
        retry) {
      // Closes both, even if closing the other fails.
    }
  }
}
