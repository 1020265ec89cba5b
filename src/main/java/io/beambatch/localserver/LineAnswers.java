package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers a batch's lines by rule, in shuffled order. */
final class LineAnswers implements Answering {
  private static final int QUOTED_CHARS = 200;

  private final BatchState batch;
  private final FaultPlan faults;
  private final LineFile lines;
  private final int[] order;
  private final BatchFormat format;
  private final BatchEndpoint endpoint;
  private final AnswerRules answers;
  private final LineRequest request = new LineRequest();
  private final LineRequestReader reader;
  private final GrowingResults files;
  private final Usage usage = new Usage();
  private final Set<Integer> cached;
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
    format = batch.format();
    answers = endpoint.answers();
    reader = new LineRequestReader(batch, request);
    lines = LineFile.open(input, format.traits().maxRequests(settings));
    order = ShuffledOrder.shuffled(lines.count(), settings.seed() ^ Ids.mix(batch.ordinal()));
    files = new GrowingResults(batch, store);
    next = progress.lines();
    completed = progress.completed();
    failed = progress.failed();
    usage.add(progress.inputTokens(), progress.outputTokens());
    cached = store.cachedAt(settings.clock().instant());
  }

  @Override
  public int answered() {
    return next;
  }

  @Override
  public int total() {
    return order.length;
  }

  @Override
  public int completed() {
    return completed;
  }

  @Override
  public int failed() {
    return failed;
  }

  @Override
  public void answer(int until, long now) throws IOException {
    while (next < until) {
      answerNext(now);
    }
  }

  /** Answers the next line, or applies a fault to it. */
  private void answerNext(long now) throws IOException {
    int line = order[next++];
    ApiError error = read(line);
    if (error != null) {
      refuse(line, error);
      return;
    }
    LineFault.Kind fault = faults.line(batch, line);
    if (fault == null) {
      answerWhole(line, now);
      return;
    }
    String customId = request.validCustomId();
    switch (fault) {
      case ERROR_400 -> refuse(line, quotingError());
      case ERROR_500 -> refuse(line, ApiError.serverError(500));
      case ERROR_429 -> refuse(line, format.rateLimit("1"));
      case NO_QUOTA -> refuse(line, format.outOfFunds());
      case TIMEOUT -> {
        files.unanswered(line, customId, BatchFormat.Unanswered.TIMEOUT);
        failed++;
      }
      case STATUS_ZERO -> {
        files.empty(line, customId);
        completed++;
      }
      case MISSING -> completed++;
      case DOUBLED -> {
        files.extra(line, customId, body(line, now, new Usage()));
        answerWhole(line, now);
      }
      case UNKNOWN -> {
        answerWhole(line, now);
        files.extra(line, files.unknownId(line), body(line, now, new Usage()));
      }
      case GARBLED -> {
        files.garbled(customId);
        completed++;
      }
      case FILTERED -> {
        request.stop = Completion.Ending.CONTENT_FILTER;
        answerWhole(line, now);
      }
      case CUT -> {
        request.stop = Completion.Ending.LENGTH;
        answerWhole(line, now);
      }
      case MISSHAPEN -> {
        if (!request.goesOn) {
          request.format = LineRequest.Format.TEXT;
          request.tool = null;
        }
        answerWhole(line, now);
      }
    }
  }

  /** An error that quotes the request, as some real ones do. */
  private ApiError quotingError() {
    String said = request.user.isEmpty() ? request.system : request.user;
    String start = said.substring(0, Math.min(said.length(), QUOTED_CHARS));
    return ApiError.invalid("Invalid value: '" + start + "'.", "messages", "invalid_value");
  }

  private void answerWhole(int line, long now) throws IOException {
    if (request.isKept()) {
      batch.keep(prefix());
    }
    files.answered(line, request.validCustomId(), body(line, now, usage));
    completed++;
  }

  private ServerJson.Writing body(int line, long now, Usage used) {
    return out -> answers.write(request, files.answerId(line), now, out, used);
  }

  /** Each model has its own cache. */
  private int prefix() {
    return 31 * request.cachedHash + Objects.hashCode(request.model);
  }

  private void refuse(int line, ApiError error) throws IOException {
    files.refused(line, request.validCustomId(), error);
    failed++;
  }

  @Override
  public void giveUp(BatchFormat.Unanswered why) throws IOException {
    for (int i = next; i < order.length; i++) {
      read(order[i]);
      files.unanswered(order[i], request.validCustomId(), why);
    }
  }

  @Override
  public BatchCheckpoint checkpoint() throws IOException {
    return files.checkpoint(next, completed, failed, usage);
  }

  @Override
  public void close() throws IOException {
    try (lines) {
      files.close();
    }
  }

  private @Nullable ApiError read(int line) throws IOException {
    try {
      reader.read(lines.parser(line));
      request.isCached = request.isKept() && cached.contains(prefix());
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
}
