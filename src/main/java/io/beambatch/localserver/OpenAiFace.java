package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** OpenAI's Files and Batches APIs; it also handles paths that no other API has. */
final class OpenAiFace implements ProviderFace {
  private static final int REQUESTS_PER_MINUTE = 10_000;

  private static final ApiError NO_KEY =
      ApiError.of(
          401,
          "You didn't provide an API key. You need to provide your API key in an Authorization"
              + " header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
          null);

  private final LocalServerSettings settings;
  private final FileCalls files;
  private final BatchCalls batches;

  OpenAiFace(LocalServerSettings settings, FileCalls files, BatchCalls batches) {
    this.settings = settings;
    this.files = files;
    this.batches = batches;
  }

  @Override
  public boolean has(String path) {
    return true;
  }

  @Override
  public BatchFormat format() {
    return BatchFormat.OPENAI;
  }

  @Override
  public void begin(Context call, String requestId) {
    ProviderFace.super.begin(call, requestId);
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

  @Override
  public String key(Context call) throws ApiException {
    String azure = call.header("api-key");
    return azure == null || azure.isEmpty()
        ? ProviderFace.bearer(call.header("Authorization"), NO_KEY)
        : azure;
  }

  @Override
  public ApiError wrongKey() {
    return ApiError.of(401, "Incorrect API key provided.", "invalid_api_key");
  }

  @Override
  public void route(Routes routes) {
    routes.add(HandlerType.POST, "/v1/files", "upload_file", files::upload);
    routes.add(HandlerType.POST, "/v1/files/upload", "upload_file", files::upload); // Together's
    routes.add(HandlerType.GET, "/v1/files", "list_files", files::list);
    routes.add(HandlerType.GET, "/v1/files/{id}", "retrieve_file", files::retrieve);
    routes.add(HandlerType.GET, "/v1/files/{id}/content", "download_file", files::content);
    routes.add(HandlerType.DELETE, "/v1/files/{id}", "delete_file", files::delete);
    routes.add(HandlerType.POST, "/v1/batches", "create_batch", batches::create);
    routes.add(HandlerType.GET, "/v1/batches", "list_batches", batches::list);
    routes.add(HandlerType.GET, "/v1/batches/{id}", "retrieve_batch", batches::retrieve);
    routes.add(HandlerType.POST, "/v1/batches/{id}/cancel", "cancel_batch", batches::cancel);
    routes.add(HandlerType.GET, "/v1/models", "list_models", this::models);
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
