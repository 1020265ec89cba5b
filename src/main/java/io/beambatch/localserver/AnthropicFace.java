package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** Anthropic's Message Batches API. */
final class AnthropicFace implements ProviderFace {
  private static final String PATH = "/v1/messages/batches";
  private static final String ONE = PATH + "/{id}";

  private static final ApiError NO_KEY = ApiError.of(401, "x-api-key header is required", null);

  private final MessageBatchCalls batches;

  AnthropicFace(MessageBatchCalls batches) {
    this.batches = batches;
  }

  @Override
  public boolean has(String path) {
    return path.startsWith("/v1/messages");
  }

  @Override
  public BatchFormat format() {
    return BatchFormat.ANTHROPIC;
  }

  @Override
  public void begin(Context call, String requestId) {
    call.header("request-id", requestId);
    call.header("anthropic-organization-id", "00000000-0000-0000-0000-000000000000");
  }

  @Override
  public String key(Context call) throws ApiException {
    String own = call.header("x-api-key");
    String key =
        own == null || own.isBlank()
            // Newer SDKs send the same key here.
            ? ProviderFace.bearer(call.header("Authorization"), NO_KEY)
            : own;
    if (call.header("anthropic-version") == null) {
      throw new ApiException(ApiError.of(400, "anthropic-version: header is required", null));
    }
    return key;
  }

  @Override
  public ApiError wrongKey() {
    return ApiError.of(401, "invalid x-api-key", null);
  }

  @Override
  public void route(Routes routes) {
    routes.add(HandlerType.POST, PATH, "create_batch", batches::create);
    routes.add(HandlerType.GET, PATH, "list_batches", batches::list);
    routes.add(HandlerType.GET, ONE, "retrieve_batch", batches::retrieve);
    routes.add(HandlerType.POST, ONE + "/cancel", "cancel_batch", batches::cancel);
    routes.add(HandlerType.DELETE, ONE, "delete_batch", batches::delete);
    routes.add(HandlerType.GET, ONE + "/results", "download_file", batches::results);
  }
}
