package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.ledger.Records;
import io.beambatch.storage.RunFolder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A chunk whose answers have been joined to their documents, in files of the staging location.
 *
 * @param batchId that it was joined from, or null if it never had one
 * @param answered file of answered documents, or null if there are none
 * @param failed file of failed documents, or null if there are none
 * @param again requests that have to be sent again, as a part for the next attempt, or null
 * @param failures how many documents failed, by reason
 * @param promptTokens as the provider counted them, over all answered lines
 * @param completionTokens as the provider counted them
 * @param unknownLines result lines whose custom_id is none of the chunk's, or that can't be read
 * @param doubledLines result lines whose custom_id had come before
 * @param cachedTokens prompt tokens that the provider had in its cache
 * @param reasoningTokens completion tokens that models spent before their answers
 * @param uncountedAnswers answered lines without a count of their tokens
 * @param causes why documents failed, with one example each
 * @param writtenTokens prompt tokens that were written to the provider's cache
 * @param writtenForAnHourTokens those of them that stay there for an hour
 * @param awaitedAnswers the file of answers that other documents wait for, or null if there are
 *     none
 * @param repairs what was repaired, and is to be
 */
public record JoinedChunk(
    String chunkId,
    int attempt,
    @Nullable String batchId,
    int requests,
    @Nullable ResultFile answered,
    @Nullable ResultFile failed,
    @Nullable Part again,
    Map<FailureReason, Long> failures,
    long promptTokens,
    long completionTokens,
    long unknownLines,
    long doubledLines,
    long cachedTokens,
    long reasoningTokens,
    long uncountedAnswers,
    List<FailureCause> causes,
    long writtenTokens,
    long writtenForAnHourTokens,
    @Nullable String awaitedAnswers,
    Repairs repairs) {

  /** A record that an earlier version wrote has no causes, and nothing was repaired. */
  public JoinedChunk {
    repairs = repairs == null ? Repairs.NONE : repairs;
    causes = causes == null ? List.of() : List.copyOf(causes);
  }

  /** A chunk that nothing waits for. */
  public JoinedChunk(
      String chunkId,
      int attempt,
      @Nullable String batchId,
      int requests,
      @Nullable ResultFile answered,
      @Nullable ResultFile failed,
      @Nullable Part again,
      Map<FailureReason, Long> failures,
      long promptTokens,
      long completionTokens,
      long unknownLines,
      long doubledLines,
      long cachedTokens,
      long reasoningTokens,
      long uncountedAnswers,
      List<FailureCause> causes,
      long writtenTokens,
      long writtenForAnHourTokens) {
    this(
        chunkId,
        attempt,
        batchId,
        requests,
        answered,
        failed,
        again,
        failures,
        promptTokens,
        completionTokens,
        unknownLines,
        doubledLines,
        cachedTokens,
        reasoningTokens,
        uncountedAnswers,
        causes,
        writtenTokens,
        writtenForAnHourTokens,
        null,
        Repairs.NONE);
  }

  /** Lines whose answers others have bought: no batch, no request, and no tokens. */
  static JoinedChunk ofReused(ReusedLines lines, DocumentFiles files) {
    return new JoinedChunk(
        lines.id(),
        1,
        null,
        Math.toIntExact(lines.count()),
        files.answeredFile(),
        files.failedFile(),
        null,
        files.failures(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        files.causes(),
        0,
        0,
        null,
        Repairs.NONE);
  }

  /** The same chunk, with a file of answers that other documents wait for. */
  JoinedChunk withAwaitedAnswers(@Nullable String file) {
    return new JoinedChunk(
        chunkId,
        attempt,
        batchId,
        requests,
        answered,
        failed,
        again,
        failures,
        promptTokens,
        completionTokens,
        unknownLines,
        doubledLines,
        cachedTokens,
        reasoningTokens,
        uncountedAnswers,
        causes,
        writtenTokens,
        writtenForAnHourTokens,
        file,
        repairs);
  }

  /** The same chunk, with what was repaired, and is to be. */
  JoinedChunk with(Repairs others) {
    return new JoinedChunk(
        chunkId,
        attempt,
        batchId,
        requests,
        answered,
        failed,
        again,
        failures,
        promptTokens,
        completionTokens,
        unknownLines,
        doubledLines,
        cachedTokens,
        reasoningTokens,
        uncountedAnswers,
        causes,
        writtenTokens,
        writtenForAnHourTokens,
        awaitedAnswers,
        others);
  }

  /** All that the next attempt has to send, to be repaired or as it was. */
  public List<Part> toSendAgain() {
    return Stream.concat(Stream.ofNullable(again), repairs.again().stream()).toList();
  }

  /** The tokens of all answered lines. */
  public TokenCounts tokens() {
    return new TokenCounts(
        promptTokens,
        completionTokens,
        cachedTokens,
        reasoningTokens,
        uncountedAnswers,
        writtenTokens,
        writtenForAnHourTokens);
  }

  /**
   * What became of the chunks of a run, by chunk. Each is written once: whoever joins a chunk
   * second takes what the first has made of it.
   */
  public static Records<JoinedChunk> records(RunFolder folder) {
    return Records.versioned(folder, "joined", JoinedChunk.class);
  }
}
