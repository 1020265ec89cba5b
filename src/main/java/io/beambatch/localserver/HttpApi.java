package io.beambatch.localserver;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import jakarta.servlet.DispatcherType;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps paths and methods to calls, and does what is the same for all APIs. */
final class HttpApi {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  /**
   * More than the bodies that are read at once, so that a call without a body always finds a
   * thread.
   */
  private static final int THREADS = Gate.MOST_BODIES + 64;

  private static final String REQUEST_ID = "request-id";

  private final LocalServerSettings settings;
  private final List<ProviderFace> apis;
  private final ControlCalls controls;
  private final FaultPlan faults;
  private final CallCounts counts;

  /**
   * @param apis the first that has a path handles its calls
   */
  HttpApi(
      LocalServerSettings settings,
      List<ProviderFace> apis,
      ControlCalls controls,
      FaultPlan faults,
      CallCounts counts) {
    this.settings = settings;
    this.apis = apis;
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
    FilterHolder gate = new FilterHolder(new Gate(settings.minimumRate()));
    config.jetty.modifyServletContextHandler(
        servlets -> servlets.addFilter(gate, "/*", EnumSet.of(DispatcherType.REQUEST)));
    RoutesConfig routes = config.routes;
    routes.before(this::begin);
    routes.exception(ApiException.class, (e, call) -> error(call, e.error()));
    routes.exception(
        InterruptedIOException.class,
        (e, call) -> {
          call.header("Connection", "close");
          error(call, ApiError.of(408, String.valueOf(e.getMessage()), "request_timeout"));
        });
    routes.exception(
        Exception.class,
        (e, call) -> {
          LOG.error("{} {} failed.", call.method(), call.path(), e);
          error(call, ApiError.serverError(500));
        });
    routes.error(404, this::unknownPath);
    for (ProviderFace api : apis) {
      api.route(
          (method, path, name, handler) ->
              routes.addHttpHandler(method, path, named(api, name, handler)));
    }
    routes.get("/_faults", control(controls::showFaults));
    routes.put("/_faults", control(controls::setFaults));
    routes.delete("/_faults", control(controls::clearFaults));
    routes.get("/_stats", control(controls::showStats));
  }

  /** The server's own calls require the same key as all others. */
  private Handler control(Handler handler) {
    return call -> {
      authorize(api(call), call);
      handler.handle(call);
    };
  }

  private ProviderFace api(Context call) {
    return apis.stream().filter(api -> api.has(call.path())).findFirst().orElseThrow();
  }

  private void error(Context call, ApiError error) {
    String requestId = String.valueOf(call.<String>attribute(REQUEST_ID));
    Replies.error(call, error.status(), out -> api(call).format().error(error, requestId, out));
  }

  private Handler named(ProviderFace api, String name, Handler handler) {
    return call -> {
      counts.took(name);
      authorize(api, call);
      CallFault fault = faults.call(name);
      if (fault == null) {
        handler.handle(call);
      } else {
        fail(fault, api.format(), call, handler);
      }
    };
  }

  private static void fail(CallFault fault, BatchFormat format, Context call, Handler handler)
      throws Exception {
    switch (fault.kind()) {
      case DROP -> Connections.close(call);
      case LOST_REPLY -> {
        handler.handle(call);
        Connections.close(call);
      }
      case TRUNCATE -> {
        Replies.truncate(call);
        handler.handle(call);
      }
      default -> {
        call.req().getInputStream().transferTo(OutputStream.nullOutputStream());
        throw new ApiException(error(fault, format, call));
      }
    }
  }

  private static ApiError error(CallFault fault, BatchFormat format, Context call) {
    return switch (fault.kind()) {
      case RATE_LIMIT -> {
        String seconds = Integer.toString(fault.retryAfterSeconds());
        call.header("retry-after", seconds);
        yield format.rateLimit(seconds);
      }
      case NO_QUOTA -> format.outOfFunds();
      case ERROR_503 -> format.overloaded();
      default -> ApiError.serverError(500);
    };
  }

  private void begin(Context call) throws ApiException {
    String requestId = Ids.request();
    call.attribute(REQUEST_ID, requestId);
    api(call).begin(call, requestId);
    // Javalin would answer it with 200 wherever GET has a handler, without requiring a key.
    if (call.method().equals(HandlerType.HEAD)) {
      throw new ApiException(unknown(call));
    }
  }

  private void authorize(ProviderFace api, Context call) throws ApiException {
    String key = api.key(call);
    String wanted = settings.apiKey();
    // A comparison in constant time doesn't reveal how much of the key is right.
    if (wanted != null
        && !MessageDigest.isEqual(
            wanted.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8))) {
      throw new ApiException(api.wrongKey());
    }
  }

  private void unknownPath(Context call) {
    if (call.result() == null || !call.result().startsWith("{")) {
      error(call, unknown(call));
    }
  }

  private static ApiError unknown(Context call) {
    return ApiError.notFound(
        "Invalid URL (%s %s)".formatted(call.method().name(), call.path()), null);
  }
}
