package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.Closeable;
import java.io.IOException;

/** The result files of a batch while they grow, and the note of what was billed beside them. */
final class ResultFiles implements Closeable {
  private final BatchFormat format;
  private final long key;
  private final AppendFile output;
  private final AppendFile errors;
  private final AppendFile billed;

  /** Opens the files, and cuts off what was not secured. */
  ResultFiles(BatchState batch, BatchStore store) throws IOException {
    BatchCheckpoint progress = batch.progress();
    format = batch.endpoint().format();
    key = batch.number();
    output = new AppendFile(store.output(batch), progress.outputBytes());
    errors = new AppendFile(store.errors(batch), progress.errorBytes());
    billed = new AppendFile(store.billed(batch), progress.billedBytes());
  }

  /** Writes an answer, and that it has to be paid for. */
  void answered(int line, String customId, ServerJson.Writing body) throws IOException {
    extra(line, customId, body);
    billed.out().writeString(customId);
    billed.endLine();
  }

  /** Writes an answer that nobody pays for. */
  void extra(int line, String customId, ServerJson.Writing body) throws IOException {
    format.startAnswer(customId, requestId(line), output.out());
    body.writeTo(output.out());
    format.endAnswer(output.out());
    output.endLine();
  }

  void empty(int line, String customId) throws IOException {
    format.emptyAnswer(customId, requestId(line), output.out());
    output.endLine();
  }

  /** Writes the beginning of an answer, as a line. */
  void garbled(String customId) throws IOException {
    JsonGenerator out = output.out();
    out.writeRaw("{\"" + format.names().id() + "\":\"" + customId + "\",\"re");
    output.endLine();
  }

  void refused(int line, String customId, ApiError error) throws IOException {
    AppendFile file = failures();
    format.refused(customId, requestId(line), error, file.out());
    file.endLine();
  }

  void unanswered(int line, String customId, BatchFormat.Unanswered why) throws IOException {
    AppendFile file = failures();
    if (format.unanswered(customId, requestId(line), why, file.out())) {
      file.endLine();
    }
  }

  /** The id of a line that nobody sent. */
  String unknownId(int line) {
    return "unknown-" + Ids.derived(key + 1, line);
  }

  /** The digits of an answer's id. */
  String answerId(int line) {
    return Ids.derived(key, line);
  }

  /** Brings everything to disk, and says how far it goes. */
  BatchCheckpoint checkpoint(int lines, int completed, int failed, Usage usage) throws IOException {
    return new BatchCheckpoint(
        lines,
        completed,
        failed,
        output.flushedBytes(),
        errors.flushedBytes(),
        billed.flushedBytes(),
        usage.input,
        usage.output);
  }

  @Override
  public void close() throws IOException {
    try (output;
        errors) {
      billed.close();
    }
  }

  private AppendFile failures() {
    return format.failuresApart() ? errors : output;
  }

  private String requestId(int line) {
    return Ids.derived(~key, line);
  }
}
