package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Sleeper;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.HttpCalls;
import io.beambatch.provider.http.OneShotBody;
import io.beambatch.provider.http.ProviderCalls;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Calls OpenAI's Files and Batches API, or a compatible one.
 *
 * <p>A reply that never came, or that can't be read, is {@link Kind#NO_REPLY}. For {@link #create},
 * that and every status from 500 on leave open whether a batch exists.
 */
public final class OpenAiProvider implements BatchProvider {
  /**
   * OpenAI's own; compatible servers have the same limits or lower ones, which the job file sets.
   */
  public static final Capabilities CAPABILITIES =
      new Capabilities(
          "openai",
          Capabilities.Creation.UPLOADED_FILE,
          Capabilities.OrphanSearch.METADATA,
          new Capabilities.Limits(50_000, 200L << 20),
          Pattern.compile("[A-Za-z0-9_-]{1,64}"),
          Capabilities.QueueUnit.TOKENS,
          Duration.ofHours(24),
          Duration.ofDays(30),
          Duration.ofSeconds(30),
          true,
          false,
          new BigDecimal("0.5"));

  private final OpenAiSettings settings;
  private final Profile.Wire wire;
  private final ProviderCalls calls;
  private final HttpCalls http;
  private final OpenAiFiles files;
  private final BatchJson batchJson;

  /**
   * @param clock for delays until a date
   * @param sleeper waits between tries
   */
  OpenAiProvider(OpenAiSettings settings, Clock clock, Sleeper sleeper) {
    this.settings = settings;
    this.wire = settings.profile().wire();
    this.calls = settings.calls(clock, sleeper);
    this.http = calls.http();
    this.files = new OpenAiFiles(wire, calls, clock, sleeper);
    this.batchJson = new BatchJson(http.safe(), clock);
  }

  /**
   * Connects with the key, base URL and other settings of the environment.
   *
   * @param baseUrl takes precedence over {@code OPENAI_BASE_URL}; null if the job names none
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static OpenAiProvider connect(@Nullable String baseUrl, Map<String, String> environment)
      throws ProviderSettingsException {
    return connect(baseUrl, Map.of(), environment);
  }

  /**
   * Connects, and sends the job's own headers with every call.
   *
   * @throws ProviderSettingsException if there is no key, or a value can't be used
   */
  public static OpenAiProvider connect(
      @Nullable String baseUrl, Map<String, String> headers, Map<String, String> environment)
      throws ProviderSettingsException {
    return new OpenAiProvider(
        OpenAiSettings.from(baseUrl, environment).withHeaders(headers),
        Clock.systemUTC(),
        Sleeper.SYSTEM);
  }

  @Override
  public Capabilities capabilities() {
    return settings.profile().capabilities();
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    return create(submission.inputFile(), submission.endpoint(), submission.labels());
  }

  Batch create(String inputFileId, String endpoint, Map<String, String> metadata)
      throws ProviderException {
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("input_file_id", inputFileId)
            .put("endpoint", endpoint)
            .put("completion_window", wire.window());
    if (!metadata.isEmpty() && wire.metadata()) {
      ObjectNode pairs = body.putObject("metadata");
      metadata.forEach(pairs::put);
    }
    return calls.create(
        http.url("batches"), OneShotBody.json(body.toString()), 0, batchJson::batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    HttpUrl.Builder url = http.url("batches").addQueryParameter("limit", String.valueOf(limit));
    return calls.page(url, "after", after, json -> batchJson.page(json, after, limit));
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return calls.get(http.url("batches", batchId), batchJson::batch);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    return calls.cancel(
        http.url("batches", batchId, "cancel"),
        RequestBody.EMPTY,
        batchJson::batch,
        () -> get(batchId));
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    return files.upload(upload);
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    return files.download(fileId);
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    return files.list(after, limit);
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    files.delete(fileId);
  }

  @Override
  public void close() {
    calls.close();
  }

  /** Shows the address, not the key. */
  @Override
  public String toString() {
    return "OpenAiProvider[" + settings.baseUrl() + "]";
  }
}
