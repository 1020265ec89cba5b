package io.beambatch.result;

import io.beambatch.document.FailedLines;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.document.ReservedFields;
import io.beambatch.job.Job;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.ObjectEditor;
import io.beambatch.provider.ResultLine;
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
  private final BatchField batch;

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
    batch = new BatchField(job.answers().hasTypes());
  }

  /** Adds an answered document. */
  void answer(JsonSlice document, Outcome.Answered full, ResultLine line, SentRequest sent)
      throws IOException {
    JsonSlice batch = this.batch.of(line, sent);
    answer.writeLine(answered.line(), document, List.of(full.answer(), batch));
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
    JsonSlice batch = this.batch.reused(line, customId, origin);
    answer.writeLine(answered.line(), document, List.of(full.answer(), batch));
  }

  /** Adds a failed document. */
  void fail(JsonSlice document, Failure failure, String cause, SentRequest sent)
      throws IOException {
    FailedLines.write(failed.line(), document, failure);
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
}
