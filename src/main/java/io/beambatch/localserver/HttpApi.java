package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls by method and path, and what is the same for all of them. */
final class HttpApi {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
  private static final int THREADS = 64;
  private static final int REQUESTS_PER_MINUTE = 10_000;
  private static final String BEARER = "Bearer ";

  private final LocalServerSettings settings;
  private final FileCalls files;
  private final BatchCalls batches;
  private final ControlCalls controls;
  private final FaultPlan faults;
  private final CallCounts counts;

  HttpApi(
      LocalServerSettings settings,
      FileCalls files,
      BatchCalls batches,
      ControlCalls controls,
      FaultPlan faults,
      CallCounts counts) {
    this.settings = settings;
    this.files = files;
    this.batches = batches;
    this.controls = controls;
    this.faults = faults;
    this.counts = counts;
  }

  /** Starts listening, on loopback only. */
  Javalin start() {
    return Javalin.create(this::configure).start("127.0.0.1", settings.port());
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.threadPool = new QueuedThreadPool(THREADS, 4);
    RoutesConfig routes = config.routes;
    routes.before(this::begin);
    routes.exception(ApiException.class, (e, call) -> Replies.error(call, e.error()));
    routes.exception(
        Exception.class,
        (e, call) -> {
          LOG.error("{} {} failed.", call.method(), call.path(), e);
          Replies.error(call, ApiError.serverError(500));
        });
    routes.error(404, this::unknownPath);
    routes.post("/v1/files", named("upload_file", files::upload));
    routes.get("/v1/files", named("list_files", files::list));
    routes.get("/v1/files/{id}", named("retrieve_file", files::retrieve));
    routes.get("/v1/files/{id}/content", named("download_file", files::content));
    routes.delete("/v1/files/{id}", named("delete_file", files::delete));
    routes.post("/v1/batches", named("create_batch", batches::create));
    routes.get("/v1/batches", named("list_batches", batches::list));
    routes.get("/v1/batches/{id}", named("retrieve_batch", batches::retrieve));
    routes.post("/v1/batches/{id}/cancel", named("cancel_batch", batches::cancel));
    routes.get("/v1/models", named("list_models", this::models));
    routes.get("/_faults", controls::showFaults);
    routes.put("/_faults", controls::setFaults);
    routes.delete("/_faults", controls::clearFaults);
    routes.get("/_stats", controls::showStats);
  }

  private Handler named(String name, Handler handler) {
    return call -> {
      counts.took(name);
      authorize(call.header("Authorization"));
      CallFault fault = faults.call(name);
      if (fault == null) {
        handler.handle(call);
      } else {
        fail(fault, call, handler);
      }
    };
  }

  private static void fail(CallFault fault, Context call, Handler handler) throws Exception {
    switch (fault.kind()) {
      case DROP -> Connections.close(call);
      case LOST_REPLY -> {
        handler.handle(call);
        Connections.close(call);
      }
      case TRUNCATE -> {
        call.attribute(FileCalls.TRUNCATED, true);
        handler.handle(call);
      }
      default -> {
        call.req().getInputStream().transferTo(OutputStream.nullOutputStream());
        throw new ApiException(error(fault, call));
      }
    }
  }

  private static ApiError error(CallFault fault, Context call) {
    return switch (fault.kind()) {
      case RATE_LIMIT -> {
        String seconds = Integer.toString(fault.retryAfterSeconds());
        call.header("retry-after", seconds);
        yield ApiError.rateLimit(
            "Rate limit reached for requests in organization %s. Please try again in %ss."
                .formatted(ErrorMessages.ORGANIZATION, seconds));
      }
      case NO_QUOTA ->
          new ApiError(
              429,
              "You exceeded your current quota, please check your plan and billing details.",
              "insufficient_quota",
              null,
              "insufficient_quota");
      case ERROR_503 -> ApiError.serverError(503);
      default -> ApiError.serverError(500);
    };
  }

  private void begin(Context call) {
    call.header("x-request-id", Ids.request());
    call.header("openai-version", "2020-10-01");
    call.header("openai-organization", ErrorMessages.ORGANIZATION);
    call.header("openai-processing-ms", "1");
    call.header("x-ratelimit-limit-requests", Integer.toString(REQUESTS_PER_MINUTE));
    call.header("x-ratelimit-remaining-requests", Integer.toString(REQUESTS_PER_MINUTE - 1));
    call.header("x-ratelimit-reset-requests", "6ms");
    String tokens = Long.toString(settings.enqueuedTokenLimit());
    call.header("x-ratelimit-limit-tokens", tokens);
    call.header("x-ratelimit-remaining-tokens", tokens);
    call.header("x-ratelimit-reset-tokens", "0s");
  }

  private void authorize(String header) throws ApiException {
    if (header == null || !header.startsWith(BEARER) || header.length() == BEARER.length()) {
      throw new ApiException(
          ApiError.of(
              401,
              "You didn't provide an API key. You need to provide your API key in an Authorization"
                  + " header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
              null));
    }
    if (settings.apiKey() != null && !settings.apiKey().equals(header.substring(BEARER.length()))) {
      throw new ApiException(ApiError.of(401, "Incorrect API key provided.", "invalid_api_key"));
    }
  }

  private void unknownPath(Context call) {
    if (call.result() == null || !call.result().startsWith("{")) {
      Replies.error(
          call,
          ApiError.notFound(
              "Invalid URL (%s %s)".formatted(call.method().name(), call.path()), null));
    }
  }

  private void models(Context call) {
    Set<String> models =
        settings.models() == null
            ? Set.of("gpt-4o", "gpt-4o-mini", "text-embedding-3-small", "text-embedding-3-large")
            : settings.models();
    ObjectNode reply = ServerJson.object().put("object", "list");
    for (String model : List.copyOf(new TreeSet<>(models))) {
      reply
          .withArray("data")
          .addObject()
          .put("id", model)
          .put("object", "model")
          .put("created", 0)
          .put("owned_by", "local-server");
    }
    Replies.json(call, reply);
  }
}
