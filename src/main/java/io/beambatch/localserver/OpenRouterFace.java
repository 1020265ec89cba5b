package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** OpenRouter's batches, which are created from their requests and can't be cancelled. */
final class OpenRouterFace implements ProviderFace {
  private static final String PATH = "/api/v1/batches";
  private static final String ONE = PATH + "/{id}";

  private final OpenRouterCalls batches;

  OpenRouterFace(OpenRouterCalls batches) {
    this.batches = batches;
  }

  @Override
  public boolean has(String path) {
    return path.startsWith("/api/v1/");
  }

  @Override
  public BatchFormat format() {
    return BatchFormat.OPENROUTER;
  }

  @Override
  public String key(Context call) throws ApiException {
    return ProviderFace.bearer(
        call.header("Authorization"), ApiError.of(401, "No auth credentials found", null));
  }

  @Override
  public ApiError wrongKey() {
    return ApiError.of(401, "User not found.", null);
  }

  @Override
  public void route(Routes routes) {
    routes.add(HandlerType.POST, PATH, "create_batch", batches::create);
    routes.add(HandlerType.GET, PATH, "list_batches", batches::list);
    routes.add(HandlerType.GET, ONE, "retrieve_batch", batches::retrieve);
    routes.add(HandlerType.GET, ONE + "/results", "download_file", batches::results);
    routes.add(HandlerType.DELETE, ONE, "delete_batch", batches::delete);
  }
}
