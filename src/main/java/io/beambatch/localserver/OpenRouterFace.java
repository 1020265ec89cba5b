package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** OpenRouter's batches, which are created of their requests and can't be cancelled. */
final class OpenRouterFace implements ProviderFace {
  private static final String PATH = "/api/v1/batches";
  private static final String ONE = PATH + "/{id}";
  private static final String BEARER = "Bearer ";

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
  public void begin(Context call, String requestId) {
    call.header("x-request-id", requestId);
  }

  @Override
  public String key(Context call) throws ApiException {
    String header = call.header("Authorization");
    if (header == null || !header.startsWith(BEARER) || header.length() == BEARER.length()) {
      throw new ApiException(ApiError.of(401, "No auth credentials found", null));
    }
    return header.substring(BEARER.length());
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
