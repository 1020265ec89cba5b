package io.beambatch.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import io.beambatch.provider.http.ReplyJson;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.time.Duration;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Uploads a file by Google's resumable protocol: it requests an upload URL, sends the content
 * there, and after a break asks how much has arrived and sends the rest.
 */
final class ResumableUpload {
  private static final String COMMAND = "X-Goog-Upload-Command";
  private static final String OFFSET = "X-Goog-Upload-Offset";
  private static final String STATUS = "X-Goog-Upload-Status";
  private static final String RECEIVED = "X-Goog-Upload-Size-Received";

  private final HttpCalls http;
  private final Retries retries;
  private final Duration timeout;

  ResumableUpload(ProviderCalls calls) {
    this.http = calls.http();
    this.retries = calls.retries();
    this.timeout = calls.timeouts().request();
  }

  /** Uploads; returns the file object. */
  JsonNode send(Upload upload) throws ProviderException {
    HttpUrl place = retries.call(() -> begin(upload));
    Standing standing = new Standing();
    return retries.call(() -> resume(upload, place, standing));
  }

  /** The state of an upload between tries. */
  private static final class Standing {
    private boolean broken;
  }

  private HttpUrl begin(Upload upload) throws ProviderException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("file").put("display_name", upload.name());
    Request request =
        http.request(http.url("upload", GeminiProvider.VERSION, "files"))
            .header("X-Goog-Upload-Protocol", "resumable")
            .header(COMMAND, "start")
            .header("X-Goog-Upload-Header-Content-Length", Long.toString(upload.bytes()))
            .header("X-Goog-Upload-Header-Content-Type", "application/jsonl")
            .post(OneShotBody.json(body.toString()))
            .build();
    try (Response reply = http.open(request)) {
      HttpUrl place = HttpUrl.parse(String.valueOf(reply.header("X-Goog-Upload-URL")));
      // The key and the documents go to the configured host only.
      if (place == null
          || !place.host().equals(request.url().host())
          || place.port() != request.url().port()
          || !place.scheme().equals(request.url().scheme())) {
        throw new ProviderException(
            Kind.INVALID_REQUEST,
            ReplyHead.of(200),
            http.call(request)
                + " was answered with "
                + (place == null
                    ? "no upload address"
                    : "an upload address on another host, " + place.host())
                + "; check the base URL");
      }
      return place;
    }
  }

  private JsonNode resume(Upload upload, HttpUrl place, Standing standing)
      throws ProviderException {
    long from = 0;
    if (standing.broken) {
      try (Response reply = http.open(command(place, "query").post(OneShotBody.empty()).build())) {
        if ("final".equalsIgnoreCase(reply.header(STATUS))) {
          return finished(reply, upload);
        }
        Long received = number(reply.header(RECEIVED));
        from = received == null ? 0 : Math.min(received, upload.bytes());
      }
    }
    standing.broken = true;
    OneShotBody rest = OneShotBody.rest(upload, from);
    Request request =
        command(place, "upload, finalize").header(OFFSET, Long.toString(from)).post(rest).build();
    JsonNode file =
        http.json(
            request,
            timeout.plus(Timeouts.ofSending(upload.bytes() - from)),
            ResumableUpload::file);
    if (!rest.sent()) {
      throw new ProviderException(
          Kind.NO_REPLY,
          ReplyHead.NONE,
          http.call(request) + " was answered before all of the file was sent");
    }
    return file;
  }

  /**
   * The reply to the last piece was lost: the status query returns it again, or the list of files
   * shows the file.
   */
  private static JsonNode finished(Response reply, Upload upload) throws ProviderException {
    JsonNode file = null;
    try {
      file = file(ReplyJson.parse(reply.body().bytes()));
    } catch (java.io.IOException e) {
      // Reported below.
    }
    if (file == null) {
      throw new ProviderException(
          Kind.INVALID_REQUEST,
          ReplyHead.of(200),
          "The upload of " + upload.name() + " was finished, but its file isn't shown");
    }
    return file;
  }

  private Request.Builder command(HttpUrl place, String command) {
    return http.request(place.newBuilder()).header(COMMAND, command);
  }

  private static @Nullable JsonNode file(JsonNode reply) {
    JsonNode file = reply.path("file");
    String name = ReplyJson.id(file, "name");
    return name == null || !Names.isFile(name) ? null : file;
  }

  private static @Nullable Long number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : null;
  }
}
