package io.beambatch.result;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
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
import io.beambatch.reuse.StoredAnswer;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of the answered and of the failed documents that are joined together: those of a chunk,
 * or of lines that get other lines' answers. They appear when they are complete.
 */
final class DocumentFiles implements Closeable {
  private final String shard;
  private final NonEmptyFileWriter answered;
  private final NonEmptyFileWriter failed;
  private final ObjectEditor answer;
  private final Map<FailureReason, Long> failures = new EnumMap<>(FailureReason.class);
  private final FailureCauses causes = new FailureCauses();
  private final boolean hasTypes;

  /**
   * Files of a run.
   *
   * @param shard their name
   * @param failedFile the end of the name of the file of failures
   */
  DocumentFiles(Job job, RunFolder folder, String shard, String failedFile) {
    this.shard = shard;
    answered = new NonEmptyFileWriter(folder.result(shard, "answered.jsonl"));
    failed = new NonEmptyFileWriter(folder.result(shard, failedFile));
    answer =
        ObjectEditor.of(
            List.of(job.inference().result().field(), ReservedFields.BATCH),
            List.of(ReservedFields.FAILURE));
    hasTypes = job.answers().hasTypes();
  }

  /** Adds an answered document. */
  void answer(JsonSlice document, Outcome.Answered full, ResultLine line, SentRequest sent)
      throws IOException {
    JsonSlice batch = batch(line, sent);
    answered.add(out -> answer.writeLine(out, document, List.of(full.answer(), batch)));
  }

  /**
   * Adds a document that gets another's answer.
   *
   * @param customId the document's own; no request with it was sent
   * @param origin of the answer
   */
  void reuse(
      JsonSlice document,
      Outcome.Answered full,
      ResultLine line,
      String customId,
      StoredAnswer.Origin origin)
      throws IOException {
    JsonSlice batch = reused(line, customId, origin);
    answered.add(out -> answer.writeLine(out, document, List.of(full.answer(), batch)));
  }

  /** Adds a failed document. */
  void fail(JsonSlice document, Failure failure, String cause, SentRequest sent)
      throws IOException {
    failed.add(out -> FailedLines.write(out, document, failure));
    failures.merge(failure.reason(), 1L, Long::sum);
    String example =
        "request "
            + sent.customId()
            + (sent.batchId() == null ? ", never sent" : " of batch " + sent.batchId());
    causes.add(new FailureCause(failure.reason(), cause, 1, example));
  }

  /** The number of answered documents. */
  int answered() {
    return answered.lines();
  }

  /** The number of failed documents. */
  int failed() {
    return failed.lines();
  }

  Map<FailureReason, Long> failures() {
    return failures;
  }

  List<FailureCause> causes() {
    return causes.all();
  }

  /** Makes the files visible. */
  void commit() throws IOException {
    answered.commit();
    failed.commit();
  }

  /** The file of the answered documents; null if there are none. */
  @Nullable ResultFile answeredFile() {
    return file(Kind.ANSWERED, answered);
  }

  /** The file of the failed documents; null if there are none. */
  @Nullable ResultFile failedFile() {
    return file(Kind.FAILED, failed);
  }

  private @Nullable ResultFile file(Kind kind, NonEmptyFileWriter file) {
    return file.lines() == 0 ? null : new ResultFile(kind, shard, file.name(), file.lines());
  }

  @Override
  public void close() throws IOException {
    try (answered;
        failed) {
      // Closes both, even if closing the other fails.
    }
  }

  private JsonSlice batch(ResultLine line, SentRequest sent) {
    TokenUsage usage = line.usage();
    return JsonSlice.of(
        beginning(line)
            + tokens(usage.prompt())
            + ",\"completion_tokens\":"
            + tokens(usage.completion())
            + ",\"batch_id\":"
            + quoted(String.valueOf(sent.batchId()))
            + ",\"custom_id\":\""
            + sent.customId()
            + "\",\"attempt\":"
            + sent.attempt()
            + details(usage)
            + '}');
  }

  /** Its token counts are zero, so that the sum over all documents is what was paid for. */
  private JsonSlice reused(ResultLine line, String customId, StoredAnswer.Origin origin) {
    String from =
        ",\"reused_from\":{\"run\":"
            + quoted(origin.run())
            + ",\"custom_id\":"
            + quoted(origin.customId())
            + '}';
    return JsonSlice.of(
        beginning(line)
            + "0,\"completion_tokens\":0,\"batch_id\":"
            + quoted(origin.batchId())
            + ",\"custom_id\":\""
            + customId
            + "\",\"attempt\":"
            + origin.attempt()
            + (hasTypes ? "" : from)
            + '}');
  }

  private static String beginning(ResultLine line) {
    return "{\"model\":"
        + whole(line.model())
        + ",\"finish_reason\":"
        + whole(line.answer().finishReason())
        + ",\"prompt_tokens\":";
  }

  /** The provider's metadata of an answer, restricted to characters that every reader accepts. */
  private static String whole(@Nullable JsonSlice value) {
    return value == null ? "null" : LoneSurrogates.replaced(value.json());
  }

  /**
   * Only counts that the provider reports. In a sink with types, {@code _batch} keeps all its
   * columns.
   */
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
