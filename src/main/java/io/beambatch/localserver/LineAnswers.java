package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Answers a batch's lines into its result files, in an order of its own, from where it stopped. */
final class LineAnswers implements Closeable {
  private static final int QUOTED_CHARS = 200;

  private final BatchState batch;
  private final FaultPlan faults;
  private final LineFile lines;
  private final int[] order;
  private final BatchEndpoint endpoint;
  private final AnswerRules answers;
  private final LineRequest request = new LineRequest();
  private final LineRequestReader reader;
  private final AppendFile output;
  private final AppendFile errors;
  private final AppendFile billed;
  private final long key;
  private final Usage usage = new Usage();
  private int next;
  private int completed;
  private int failed;

  LineAnswers(
      BatchState batch,
      BatchStore store,
      Path input,
      LocalServerSettings settings,
      FaultPlan faults)
      throws IOException {
    this.batch = batch;
    this.faults = faults;
    BatchCheckpoint progress = batch.progress();
    endpoint = batch.endpoint();
    answers = AnswerRules.of(endpoint);
    reader = new LineRequestReader(endpoint, request);
    key = batch.number();
    lines = LineFile.open(input, settings.maxRequests());
    order = ShuffledOrder.shuffled(lines.count(), settings.seed() ^ Ids.mix(batch.ordinal()));
    output = new AppendFile(store.output(batch), progress.outputBytes());
    errors = new AppendFile(store.errors(batch), progress.errorBytes());
    billed = new AppendFile(store.billed(batch), progress.billedBytes());
    next = progress.lines();
    completed = progress.completed();
    failed = progress.failed();
    usage.add(progress.inputTokens(), progress.outputTokens());
  }

  int answered() {
    return next;
  }

  int total() {
    return order.length;
  }

  int completed() {
    return completed;
  }

  int failed() {
    return failed;
  }

  /** Answers the next line, or does to it what a fault wants. */
  void answerNext(long now) throws IOException {
    int line = order[next++];
    ApiError error = read(line);
    if (error != null) {
      refuse(line, error);
      return;
    }
    LineFault.Kind fault = faults.line(batch, line);
    if (fault == null) {
      answer(line, now);
      return;
    }
    switch (fault) {
      case ERROR_400 -> refuse(line, quotingError());
      case ERROR_500 -> refuse(line, ApiError.serverError(500));
      case ERROR_429 ->
          refuse(line, ApiError.rateLimit("Rate limit reached. Please try again in 1s."));
      case TIMEOUT -> {
        noResponse(line, "request_timeout", "This request timed out.");
        failed++;
      }
      case STATUS_ZERO -> {
        startLine(line, request.validCustomId(), 0, output.out());
        output.out().writeString("");
        endLine(output);
        completed++;
      }
      case MISSING -> completed++;
      case DOUBLED -> {
        write(line, request.validCustomId(), now, new Usage());
        answer(line, now);
      }
      case UNKNOWN -> {
        answer(line, now);
        write(line, "unknown-" + Ids.derived(key + 1, line), now, new Usage());
      }
      case GARBLED -> {
        output
            .out()
            .writeRaw(
                "{\"custom_id\":\"" + request.validCustomId() + "\",\"response\":{\"body\":{\"mod");
        output.endLine();
        completed++;
      }
      case FILTERED -> {
        request.stop = Completion.Ending.CONTENT_FILTER;
        answer(line, now);
      }
      case CUT -> {
        request.stop = Completion.Ending.LENGTH;
        answer(line, now);
      }
    }
  }

  /** As some of the real API's do. */
  private ApiError quotingError() {
    String said = request.user.isEmpty() ? request.system : request.user;
    String start = said.substring(0, Math.min(said.length(), QUOTED_CHARS));
    return ApiError.invalid("Invalid value: '" + start + "'.", "messages", "invalid_value");
  }

  private void answer(int line, long now) throws IOException {
    write(line, request.validCustomId(), now, usage);
    billed.out().writeString(request.validCustomId());
    billed.endLine();
    completed++;
  }

  private void write(int line, String customId, long now, Usage used) throws IOException {
    startLine(line, customId, 200, output.out());
    answers.write(request, Ids.derived(key, line), now, output.out(), used);
    endLine(output);
  }

  private void refuse(int line, ApiError error) throws IOException {
    startLine(line, request.validCustomId(), error.status(), errors.out());
    error.writeTo(errors.out());
    endLine(errors);
    failed++;
  }

  /** Writes every line that was not answered into the error file, with this code. */
  void giveUp(String code, String message) throws IOException {
    for (int i = next; i < order.length; i++) {
      read(order[i]);
      noResponse(order[i], code, message);
    }
  }

  private void noResponse(int line, String code, String message) throws IOException {
    JsonGenerator out = errors.out();
    out.writeStartObject();
    out.writeStringField("id", "batch_req_" + Ids.derived(~key, line));
    out.writeStringField("custom_id", request.validCustomId());
    out.writeNullField("response");
    out.writeObjectFieldStart("error");
    out.writeStringField("code", code);
    out.writeStringField("message", message);
    out.writeEndObject();
    out.writeEndObject();
    errors.endLine();
  }

  /** Brings everything to disk, and says how far it goes. */
  BatchCheckpoint checkpoint() throws IOException {
    return new BatchCheckpoint(
        next,
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
    try (lines;
        output;
        errors) {
      billed.close();
    }
  }

  private @Nullable ApiError read(int line) throws IOException {
    try {
      reader.read(lines.parser(line));
      return RequestChecks.of(endpoint, request);
    } catch (StreamConstraintsException e) {
      return ApiError.invalid(
          "Invalid request: string too long. Expected strings with maximum length %d."
              .formatted(ServerJson.MAX_STRING),
          null,
          "string_above_max_length");
    } catch (JsonProcessingException e) {
      throw new IOException(
          "Line " + (line + 1) + " of an input file was valid, and now is not. Was it changed?", e);
    }
  }

  private void startLine(int line, String customId, int status, JsonGenerator out)
      throws IOException {
    String id = Ids.derived(~key, line);
    out.writeStartObject();
    out.writeStringField("id", "batch_req_" + id);
    out.writeStringField("custom_id", customId);
    out.writeObjectFieldStart("response");
    out.writeNumberField("status_code", status);
    out.writeStringField("request_id", id);
    out.writeFieldName("body");
  }

  private static void endLine(AppendFile file) throws IOException {
    file.out().writeEndObject();
    file.out().writeNullField("error");
    file.out().writeEndObject();
    file.endLine();
  }
}
