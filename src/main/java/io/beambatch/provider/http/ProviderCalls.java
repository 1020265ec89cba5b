package io.beambatch.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Sleeper;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.beam.sdk.util.FluentBackoff;
import org.jspecify.annotations.Nullable;

/**
 * The calls that all providers' APIs have in common, retried after transient faults. Creations use
 * {@link #http}, which sends once.
 */
public final class ProviderCalls implements AutoCloseable {
  private final HttpCalls http;
  private final Retries retries;
  private final Timeouts timeouts;

  /**
   * @param clock for delays until a date
   * @param sleeper waits between tries
   */
  public ProviderCalls(
      ApiAddress api, Connection connection, FluentBackoff backoff, Clock clock, Sleeper sleeper) {
    this.http = new HttpCalls(api, connection.timeouts(), connection.network(), clock);
    this.retries = new Retries(backoff, sleeper);
    this.timeouts = connection.timeouts();
  }

  /** How connections are made, and how long they may take. */
  public record Connection(Timeouts timeouts, Network network) {}

  /** Sends single calls, each once. */
  public HttpCalls http() {
    return http;
  }

  /** Retries calls. */
  public Retries retries() {
    return retries;
  }

  public Timeouts timeouts() {
    return timeouts;
  }

  /** Sends a creation, once; the timeout grows with the size of its body. */
  public Batch create(
      HttpUrl.Builder url, OneShotBody body, long bytes, Function<JsonNode, @Nullable Batch> reader)
      throws ProviderException {
    Duration timeout = timeouts.request().plus(Timeouts.ofSending(bytes));
    return http.json(http.request(url).post(body).build(), timeout, reader);
  }

  /** Reads the resource at a URL. */
  public <T> T get(HttpUrl.Builder url, Function<JsonNode, @Nullable T> reader)
      throws ProviderException {
    Request request = http.request(url).build();
    return retries.call(() -> http.json(request, timeouts.request(), reader));
  }

  /**
   * Reads the page of batches after a batch.
   *
   * @param parameter the query parameter for the batch
   * @param after the batch, or null for the first page
   * @throws ProviderException if the batch itself is on the page: reading on would never end, and
   *     stopping would miss some
   */
  public BatchPage page(
      HttpUrl.Builder url,
      String parameter,
      @Nullable String after,
      Function<JsonNode, @Nullable BatchPage> reader)
      throws ProviderException {
    if (after != null) {
      url.addQueryParameter(parameter, after);
    }
    BatchPage page = get(url, reader);
    if (page.batches().stream().anyMatch(batch -> batch.id().equals(after))) {
      throw doesNotPage(url, parameter, "batch");
    }
    return page;
  }

  /** The error for a server that returns the previous page again. */
  public ProviderException doesNotPage(HttpUrl.Builder url, String parameter, String what) {
    return new ProviderException(
        Kind.INVALID_REQUEST,
        ReplyHead.of(200),
        http.call(http.request(url).build())
            + " was answered with the page that the "
            + what
            + " itself is on: this server doesn't page by '"
            + parameter
            + "', so not all can be read");
  }

  /**
   * Cancels a batch. If it has ended meanwhile, the provider refuses in one way or another, and the
   * batch is returned unchanged.
   *
   * @param look reads the batch
   */
  public Batch cancel(
      HttpUrl.Builder url,
      RequestBody body,
      Function<JsonNode, @Nullable Batch> reader,
      Retries.Try<Batch> look)
      throws ProviderException {
    Request request = http.request(url).post(body).build();
    try {
      return retries.callWhereConflictIsAnAnswer(
          () -> http.json(request, timeouts.request(), reader));
    } catch (ProviderException e) {
      if (e.kind() != Kind.CONFLICT && e.kind() != Kind.INVALID_REQUEST) {
        throw e;
      }
      Batch batch = look.run();
      // Some servers reply 400 for a batch that has ended; any other 400 is an error.
      if (e.kind() == Kind.CONFLICT || batch.status().ended()) {
        return batch;
      }
      throw e;
    }
  }

  /** Deletes the resource at a URL; a missing one is no error. */
  public void delete(HttpUrl.Builder url) throws ProviderException {
    Request request = http.request(url).delete().build();
    try {
      retries.call(() -> http.json(request, timeouts.request(), json -> json));
    } catch (ProviderException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** Opens the resource at a URL as a stream; the caller closes it. */
  public Response open(Request request) throws ProviderException {
    return retries.call(() -> http.openFile(request));
  }

  @Override
  public void close() {
    http.close();
  }
}
