package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.http.DownloadStream;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import io.beambatch.provider.http.ReplyJson;
import io.beambatch.provider.http.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.beam.sdk.util.BackOff;
import org.apache.beam.sdk.util.FluentBackoff;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls OpenAI's Files API, or a compatible one: uploads, downloads, lists and deletes. */
final class OpenAiFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenAiFiles.class);

  /** Azure's states of files from which no batch can be created yet. */
  private static final Set<String> UNPROCESSED = Set.of("pending", "running");

  private static final Duration PROCESSING_TIME = Duration.ofMinutes(10);
  private static final FluentBackoff PROCESSING =
      FluentBackoff.DEFAULT
          .withInitialBackoff(org.joda.time.Duration.standardSeconds(1))
          .withMaxBackoff(org.joda.time.Duration.standardSeconds(15))
          .withMaxCumulativeBackoff(org.joda.time.Duration.millis(PROCESSING_TIME.toMillis()));

  private final Profile.Wire wire;
  private final ProviderCalls calls;
  private final HttpCalls http;
  private final Clock clock;
  private final Sleeper sleeper;

  /**
   * @param sleeper waits until an uploaded file can be used
   */
  OpenAiFiles(Profile.Wire wire, ProviderCalls calls, Clock clock, Sleeper sleeper) {
    this.wire = wire;
    this.calls = calls;
    this.http = calls.http();
    this.clock = clock;
    this.sleeper = sleeper;
  }

  InputFile upload(Upload upload) throws ProviderException {
    Duration timeout = calls.timeouts().request().plus(Timeouts.ofSending(upload.bytes()));
    JsonNode file = processed(calls.retries().call(() -> uploadOnce(upload, timeout)));
    Long kept = ReplyJson.number(file, "bytes");
    if (kept != null && kept != upload.bytes()) {
      LOG.warn(
          "The provider says that {} has {} bytes; {} were sent",
          upload.name(),
          kept,
          upload.bytes());
    }
    return Objects.requireNonNull(FileJson.file(file, clock.instant()));
  }

  /**
   * Waits for a file that the provider has accepted but not yet processed: Azure refuses batches of
   * such files. OpenAI's {@code uploaded} is ready.
   */
  private JsonNode processed(JsonNode uploaded) throws ProviderException {
    JsonNode file = uploaded;
    String id = Objects.requireNonNull(ReplyJson.id(file, "id"));
    BackOff looks = PROCESSING.backoff();
    while (true) {
      String status = String.valueOf(ReplyJson.text(file, "status")).toLowerCase(Locale.ROOT);
      if (status.equals("error")) {
        throw new ProviderException(
            Kind.INVALID_REQUEST,
            ReplyHead.of(200),
            "The provider can't use the uploaded file "
                + id
                + ": "
                + http.safe().of(String.valueOf(ReplyJson.text(file, "status_details"))));
      }
      if (!UNPROCESSED.contains(status)) {
        return file;
      }
      long wait = looks.nextBackOffMillis();
      if (wait == BackOff.STOP) {
        throw new ProviderException(
            Kind.UNAVAILABLE,
            ReplyHead.of(200),
            "The uploaded file "
                + id
                + " is still '"
                + status
                + "' after "
                + PROCESSING_TIME.toMinutes()
                + " minutes");
      }
      try {
        sleeper.sleep(Duration.ofMillis(wait));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ProviderException(
            Kind.NO_REPLY, ReplyHead.NONE, "Interrupted while file " + id + " was processed");
      }
      file = calls.get(http.url("files", id), OpenAiFiles::withId);
    }
  }

  private JsonNode uploadOnce(Upload upload, Duration timeout) throws ProviderException {
    OneShotBody form = OneShotBody.form(wire.purpose(), upload);
    Request request =
        http.request(http.url(wire.uploadPath().toArray(String[]::new))).post(form).build();
    JsonNode file;
    try {
      file = http.json(request, timeout, OpenAiFiles::withId);
    } catch (ProviderException e) {
      // An exception with a cause is the content's; faults of the connection have none.
      if (e.kind() == Kind.NO_REPLY && !form.sent() && e.getCause() == null) {
        checkKey(e);
      }
      throw e;
    }
    if (!form.sent()) {
      throw new ProviderException(
          Kind.NO_REPLY,
          ReplyHead.NONE,
          http.call(request) + " was answered before all of the file was sent");
    }
    return file;
  }

  /**
   * A server that refuses the key may hang up during a large upload, and its reply is lost. A small
   * call reveals the refusal before the upload is repeated in vain.
   */
  private void checkKey(ProviderException lost) throws ProviderException {
    try {
      http.json(
          http.request(http.url("batches").addQueryParameter("limit", "1")).build(),
          calls.timeouts().request(),
          json -> json);
    } catch (ProviderException e) {
      if (e.kind() == Kind.UNAUTHORIZED) {
        throw e;
      }
      lost.addSuppressed(e);
    }
  }

  InputStream download(String fileId) throws ProviderException {
    Request request =
        http.request(http.url("files", fileId, "content"))
            // Set here and not by OkHttp, so that the bytes can be counted as they arrive.
            .header("Accept-Encoding", "gzip")
            .build();
    Response response = calls.open(request);
    try {
      return content(fileId, http.call(request), response);
    } catch (ProviderException e) {
      response.close();
      throw e;
    }
  }

  FilePage list(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder url =
        http.url("files")
            .addQueryParameter("purpose", wire.purpose())
            .addQueryParameter("order", "desc")
            .addQueryParameter("limit", String.valueOf(limit));
    if (after != null) {
      url.addQueryParameter("after", after);
    }
    FilePage page = calls.get(url, json -> FileJson.page(json, after, limit, clock.instant()));
    if (page.files().stream().anyMatch(file -> file.id().equals(after))) {
      throw calls.doesNotPage(url, "after", "file");
    }
    return page;
  }

  void delete(String fileId) throws ProviderException {
    calls.delete(http.url("files", fileId));
  }

  private InputStream content(String fileId, String call, Response response)
      throws ProviderException {
    boolean gzip = "gzip".equalsIgnoreCase(response.header("Content-Encoding"));
    boolean endIsMarked =
        gzip
            || response.header("Content-Length") != null
            || response.header("Transfer-Encoding") != null;
    // A body that ends with its connection looks complete when cut off: the file's size is needed.
    long bytes = endIsMarked ? -1 : size(fileId);
    InputStream stream = new DownloadStream(response, call, bytes, calls.timeouts().idle());
    try {
      return gzip ? new GZIPInputStream(stream, 1 << 16) : stream;
    } catch (IOException e) {
      throw new ProviderException(
          Kind.NO_REPLY,
          ReplyHead.of(200),
          call + " returned data that isn't gzip, as its header says",
          e);
    }
  }

  private long size(String fileId) throws ProviderException {
    JsonNode file = calls.get(http.url("files", fileId), OpenAiFiles::withId);
    Long bytes = ReplyJson.number(file, "bytes");
    return bytes == null ? -1 : bytes;
  }

  private static @Nullable JsonNode withId(JsonNode json) {
    return ReplyJson.id(json, "id") == null ? null : json;
  }
}
