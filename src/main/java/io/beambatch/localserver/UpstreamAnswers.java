package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets a real-time server answer a batch's lines, several at once. Each answer is in the result
 * files before the next is awaited, so a server that was killed reads there what it need not ask
 * again.
 */
final class UpstreamAnswers implements Answering {
  private static final long LOOK_MILLIS = 50;
  private static final long PATIENCE_MILLIS = TimeUnit.MINUTES.toMillis(2);

  private final UpstreamClient upstream;
  private final BatchEndpoint endpoint;
  private final LineFile lines;
  private final GrowingResults files;
  private final Usage usage = new Usage();

  /** The requests that have a result line. */
  private final Set<String> done = new HashSet<>();

  private final BlockingQueue<Answered> answered = new LinkedBlockingQueue<>();
  private int next;
  private int underWay;
  private int completed;
  private int failed;

  UpstreamAnswers(BatchState batch, BatchStore store, Path input, int most, UpstreamClient upstream)
      throws IOException {
    this.upstream = upstream;
    this.endpoint = batch.endpoint();
    this.lines = LineFile.open(input, most);
    GrowingResults.Recovered recovered = GrowingResults.recover(batch, store);
    done.addAll(recovered.customIds());
    completed = recovered.progress().completed();
    failed = recovered.progress().failed();
    usage.add(recovered.progress().inputTokens(), recovered.progress().outputTokens());
    batch.progress(recovered.progress());
    this.files = new GrowingResults(batch, store);
  }

  /** The result of a line. */
  private record Answered(int line, String customId, UpstreamClient.Reply reply) {}

  @Override
  public int answered() {
    return completed + failed;
  }

  @Override
  public int total() {
    return lines.count();
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
    while (underWay < upstream.concurrency()
        && answered() + underWay < until
        && next < lines.count()) {
      ask(next++);
    }
    take(LOOK_MILLIS);
  }

  private void ask(int line) throws IOException {
    JsonNode request = read(line);
    String customId = request.path("custom_id").asText();
    if (done.contains(customId)) {
      return;
    }
    underWay++;
    var unused =
        upstream.submit(
            () ->
                answered.add(
                    new Answered(line, customId, upstream.ask(endpoint, request.get("body")))));
  }

  private JsonNode read(int line) throws IOException {
    try (JsonParser in = lines.parser(line)) {
      return ServerJson.EXACT.readTree(in);
    }
  }

  /** Writes the answers that have arrived, and waits for the first one. */
  private void take(long millis) throws IOException {
    try {
      Answered first = underWay == 0 ? null : answered.poll(millis, TimeUnit.MILLISECONDS);
      for (Answered each = first; each != null; each = answered.poll()) {
        write(each);
      }
      if (first != null) {
        checkpoint();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while the upstream was answering.", e);
    }
  }

  private void write(Answered each) throws IOException {
    underWay--;
    done.add(each.customId());
    if (each.reply().answers()) {
      files.answered(each.line(), each.customId(), out -> out.writeTree(each.reply().body()));
      completed++;
      GrowingResults.count(each.reply().body(), usage);
    } else {
      files.refused(each.line(), each.customId(), error(each.reply()));
      failed++;
    }
  }

  private static ApiError error(UpstreamClient.Reply reply) {
    JsonNode error = reply.body().path("error");
    String message = error.isTextual() ? error.asText() : error.path("message").asText("");
    return new ApiError(
        reply.status(),
        message.isEmpty() ? "The upstream refused the request." : message,
        error.path("type").asText("upstream_error"),
        text(error.path("param")),
        text(error.path("code")));
  }

  private static @Nullable String text(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? value.asText() : null;
  }

  /** Waits for requests in flight: they were sent, and may be billed. */
  @Override
  public void giveUp(BatchFormat.Unanswered why) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (underWay > 0 && System.nanoTime() < end) {
      take(LOOK_MILLIS);
    }
    for (int line = 0; line < lines.count(); line++) {
      String customId = read(line).path("custom_id").asText();
      if (!done.contains(customId)) {
        files.unanswered(line, customId, why);
      }
    }
  }

  @Override
  public BatchCheckpoint checkpoint() throws IOException {
    return files.checkpoint(answered(), completed, failed, usage);
  }

  @Override
  public void close() throws IOException {
    try (lines) {
      files.close();
    }
  }
}
