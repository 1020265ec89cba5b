package io.beambatch.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.cost.CostSpread;
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
 * A chunk whose answers have been joined onto their documents, in files of the staging location.
 * {@link ResultJoiner} writes it last: once the record exists, the join is done.
 *
 * @param batchId the batch it was joined from, or null if it never had one
 * @param answered file of answered documents, or null if there are none
 * @param failed file of failed documents, or null if there are none
 * @param again requests that must be sent again, as a part for the next attempt, or null
 * @param failures the number of failed documents, by reason
 * @param promptTokens as the provider counted them, over all answered lines
 * @param completionTokens as the provider counted them
 * @param unknownLines result lines with a custom_id that is not in the chunk, or that can't be read
 * @param doubledLines result lines with a repeated custom_id
 * @param cachedTokens prompt tokens that were read from the provider's cache
 * @param reasoningTokens completion tokens that models spent before their answers
 * @param uncountedAnswers answered lines without a count of their tokens
 * @param causes why documents failed, with one example each
 * @param writtenTokens prompt tokens that were written to the provider's cache
 * @param writtenForAnHourTokens those of them that are kept for an hour
 * @param awaitedAnswers the file of answers for which other documents wait, or null if there are
 *     none
 * @param repairs the repairs so far, and those to request
 * @param spread how much the costs of its requests differ, if it is part of a canary; else null
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
    Repairs repairs,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CostSpread spread) {

  /** Records of earlier versions have no causes and no repairs. */
  public JoinedChunk {
    repairs = repairs == null ? Repairs.NONE : repairs;
    causes = causes == null ? List.of() : List.copyOf(causes);
  }

  /** Lines that get other lines' answers: no batch, no request, and no tokens. */
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
        Repairs.NONE,
        null);
  }

  /** Everything that the next attempt must send, for repair or unchanged. */
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
   * The joined chunks of a run, by chunk. Each record is written once: a process that joins the
   * same chunk later reads the first one's record.
   */
  public static Records<JoinedChunk> records(RunFolder folder) {
    return Records.versioned(folder, "joined", JoinedChunk.class);
  }
}
