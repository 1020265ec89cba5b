package io.beambatch.hostile;

import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.emulator.PromptReplies;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.ByteString;

/**
 * A provider that is broken, or means ill. It stands before an honest one, a local server, and
 * passes every call on to it; the replies to some calls are changed on their way back, or are its
 * own.
 */
final class HostileProvider implements AutoCloseable {
  static final String KEY = "sk-proj-0123456789abcdefghij";
  static final String LIST = "GET /v1/batches\\?.*";
  static final String CREATE = "POST /v1/batches";
  static final String UPLOAD = "POST /v1/files";
  static final String DOWNLOAD = "GET /v1/files/[^/]+/content";

  private final LocalServer honest;
  private final MockWebServer front = PromptReplies.server();
  private final OkHttpClient client = new OkHttpClient();
  private final Map<Pattern, Lie> lies = new LinkedHashMap<>();

  private HostileProvider(LocalServer honest) {
    this.honest = honest;
  }

  /** Gives the reply to a call. */
  @FunctionalInterface
  interface Lie {
    /** Replies to a call, which can be passed on to the honest provider first. */
    MockResponse reply(Call call) throws IOException;
  }

  static HostileProvider start(Path folder) throws IOException {
    HostileProvider provider =
        new HostileProvider(
            LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("served"))));
    provider.front.setDispatcher(provider.new Liar());
    provider.front.start();
    return provider;
  }

  /**
   * Lies from now on.
   *
   * @param calls which calls, as an expression over method and target
   */
  synchronized void lies(String calls, Lie lie) {
    lies.put(Pattern.compile(calls), lie);
  }

  /** Tells the truth from now on. */
  synchronized void repents() {
    lies.clear();
  }

  private synchronized Lie lie(String call) {
    return lies.entrySet().stream()
        .filter(lie -> lie.getKey().matcher(call).matches())
        .map(Map.Entry::getValue)
        .reduce((earlier, later) -> later)
        .orElse(Call::honestly);
  }

  /** The server behind it, which knows what was really done. */
  LocalServer honest() {
    return honest;
  }

  String baseUrl() {
    return front.url("/v1").toString();
  }

  /** Starts a command of the packaged program that calls this provider. */
  Program start(Path logs, List<String> args) throws IOException {
    return Program.start(logs, environment(), args);
  }

  /** Runs a command in this process that calls this provider. */
  Said said(List<String> args) {
    return Said.by(environment(), args);
  }

  private Map<String, String> environment() {
    return Map.of("OPENAI_BASE_URL", baseUrl(), "OPENAI_API_KEY", KEY);
  }

  static MockResponse json(int status, String body, String... headers) {
    MockResponse.Builder reply =
        new MockResponse.Builder()
            .code(status)
            .addHeader("Content-Type", "application/json")
            .body(body);
    for (String header : headers) {
      reply.addHeader(header);
    }
    return reply.build();
  }

  @Override
  public void close() throws IOException {
    front.close();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
    honest.close();
  }

  /** One call to the provider. */
  final class Call {
    private final RecordedRequest request;

    Call(RecordedRequest request) {
      this.request = request;
    }

    /** Method and target, such as {@code GET /v1/batches?limit=100}. */
    String line() {
      return request.getMethod() + " " + request.getTarget();
    }

    /** What the honest provider replies, as text. */
    String truth() throws IOException {
      try (Response response = passOn()) {
        return response.body().string();
      }
    }

    /** The honest provider's reply as it is. */
    MockResponse honestly() throws IOException {
      try (Response response = passOn()) {
        ByteString body = response.body().byteString();
        Headers.Builder headers = response.headers().newBuilder();
        headers.removeAll("Content-Length").removeAll("Transfer-Encoding");
        return new MockResponse.Builder()
            .code(response.code())
            .headers(headers.build())
            .body(new Buffer().write(body))
            .build();
      }
    }

    private Response passOn() throws IOException {
      Headers.Builder headers = request.getHeaders().newBuilder();
      for (String ofTheConnection :
          List.of("Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding")) {
        headers.removeAll(ofTheConnection);
      }
      boolean hasBody = !List.of("GET", "HEAD").contains(request.getMethod());
      ByteString body = request.getBody() == null ? ByteString.EMPTY : request.getBody();
      return client
          .newCall(
              new Request.Builder()
                  .url(honest.baseUrl().resolve(request.getTarget()).toString())
                  .headers(headers.build())
                  .method(request.getMethod(), hasBody ? RequestBody.create(body, null) : null)
                  .build())
          .execute();
    }
  }

  private final class Liar extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      Call call = new Call(request);
      try {
        return lie(call.line()).reply(call);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
