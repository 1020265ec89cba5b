package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The result files of a running batch, and the record of what was billed. */
final class GrowingResults implements Closeable {
  private final BatchFormat format;
  private final long key;
  private final AppendFile output;
  private final AppendFile errors;
  private final AppendFile billed;

  /** Opens the files, and truncates them to the checkpoint. */
  GrowingResults(BatchState batch, BatchStore store) throws IOException {
    BatchCheckpoint progress = batch.progress();
    format = batch.format();
    key = batch.number();
    output = new AppendFile(store.output(batch), progress.outputBytes());
    errors = new AppendFile(store.errors(batch), progress.errorBytes());
    billed = new AppendFile(store.billed(batch), progress.billedBytes());
  }

  /**
   * Recovers the complete lines of a batch's result files; the last checkpoint may not include all
   * of them.
   */
  static Recovered recover(BatchState batch, BatchStore store) throws IOException {
    Set<String> customIds = new HashSet<>();
    Usage usage = new Usage();
    try (AppendFile billed = new AppendFile(store.billed(batch), 0)) {
      long output =
          eachLine(
              store.output(batch),
              line -> {
                String customId = line.path("custom_id").asText();
                customIds.add(customId);
                count(line.at("/response/body"), usage);
                billed.out().writeString(customId);
                billed.endLine();
              });
      int completed = customIds.size();
      long errors =
          eachLine(store.errors(batch), line -> customIds.add(line.path("custom_id").asText()));
      return new Recovered(
          customIds,
          new BatchCheckpoint(
              customIds.size(),
              completed,
              customIds.size() - completed,
              output,
              errors,
              billed.flushedBytes(),
              usage.input,
              usage.output));
    }
  }

  /** Adds the tokens that a response reports. */
  static void count(JsonNode body, Usage usage) {
    JsonNode reported = body.path("usage");
    usage.add(
        reported.path("prompt_tokens").asLong(reported.path("input_tokens").asLong()),
        reported.path("completion_tokens").asLong(reported.path("output_tokens").asLong()));
  }

  /** Reads complete lines, and returns the end of the last one. */
  private static long eachLine(Path file, LineTaker taker) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    long end = 0;
    try (LineFile lines = LineFile.open(file, Integer.MAX_VALUE - 8)) {
      for (int line = 0; line < lines.count(); line++) {
        if (lines.isWhole(line)) {
          try (JsonParser in = lines.parser(line)) {
            taker.take(ServerJson.MAPPER.readTree(in));
          }
          end = lines.end(line);
        }
      }
    }
    return end;
  }

  @FunctionalInterface
  private interface LineTaker {
    void take(JsonNode line) throws IOException;
  }

  /**
   * The recovered state.
   *
   * @param customIds of all requests that have a result line
   */
  record Recovered(Set<String> customIds, BatchCheckpoint progress) {}

  /** Writes an answer, and records that it is billed. */
  void answered(int line, String customId, ServerJson.Writing body) throws IOException {
    extra(line, customId, body);
    billed.out().writeString(customId);
    billed.endLine();
  }

  /** Writes an answer that is not billed. */
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
    out.writeRaw("{\"" + format.traits().names().id() + "\":\"" + customId + "\",\"re");
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

  /** The id of a line for a request that nobody sent. */
  String unknownId(int line) {
    return "unknown-" + Ids.derived(key + 1, line);
  }

  /** The digits of an answer's id. */
  String answerId(int line) {
    return Ids.derived(key, line);
  }

  /** Flushes everything to disk, and returns how far it goes. */
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
    return format.traits().failuresApart() ? errors : output;
  }

  private String requestId(int line) {
    return Ids.derived(~key, line);
  }
}
