package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** Gemini's Files API and its batch mode. */
final class GeminiFace implements ProviderFace {
  private static final String FILES = "/v1beta/files";
  private static final String MODELS = "/v1beta/models/{model}:";
  private static final String BATCHES = "/v1beta/batches";
  private static final String BATCH = BATCHES + "/{id}";

  private final GeminiFileCalls files;
  private final GeminiBatchCalls batches;

  GeminiFace(GeminiFileCalls files, GeminiBatchCalls batches) {
    this.files = files;
    this.batches = batches;
  }

  @Override
  public boolean has(String path) {
    return path.startsWith("/v1beta/")
        || path.startsWith("/upload/v1beta/")
        || path.startsWith("/download/v1beta/");
  }

  @Override
  public BatchFormat format() {
    return BatchFormat.GEMINI;
  }

  @Override
  public void begin(Context call, String requestId) {
    call.header("server", "local-server");
  }

  @Override
  public String key(Context call) throws ApiException {
    String key = call.header("x-goog-api-key");
    key = key == null ? call.queryParam("key") : key;
    if (key == null || key.isBlank()) {
      throw new ApiException(
          ApiError.of(
              403,
              "Method doesn't allow unregistered callers (callers without established identity)."
                  + " Please use API Key or other form of API consumer identity to call this API.",
              null));
    }
    return key;
  }

  @Override
  public ApiError wrongKey() {
    return ApiError.of(400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID");
  }

  @Override
  public void route(Routes routes) {
    routes.add(HandlerType.POST, "/upload" + FILES, "upload_file", files::upload);
    routes.add(HandlerType.GET, FILES, "list_files", files::list);
    routes.add(HandlerType.GET, FILES + "/{id}:download", "download_file", files::content);
    routes.add(
        HandlerType.GET, "/download" + FILES + "/{id}:download", "download_file", files::content);
    routes.add(HandlerType.GET, FILES + "/{id}", "retrieve_file", files::retrieve);
    routes.add(HandlerType.DELETE, FILES + "/{id}", "delete_file", files::delete);
    routes.add(
        HandlerType.POST,
        MODELS + "batchGenerateContent",
        "create_batch",
        call -> batches.create(BatchEndpoint.GENERATE_CONTENT, call));
    routes.add(
        HandlerType.POST,
        MODELS + "asyncBatchEmbedContent",
        "create_batch",
        call -> batches.create(BatchEndpoint.EMBED_CONTENT, call));
    routes.add(HandlerType.GET, BATCHES, "list_batches", batches::list);
    routes.add(HandlerType.POST, BATCH + ":cancel", "cancel_batch", batches::cancel);
    routes.add(HandlerType.GET, BATCH, "retrieve_batch", batches::retrieve);
    routes.add(HandlerType.DELETE, BATCH, "delete_batch", batches::delete);
  }
}
