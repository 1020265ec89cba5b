package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** Mistral's batch jobs. Its files are OpenAI's. */
final class MistralFace implements ProviderFace {
  private static final String PATH = "/v1/batch/jobs";
  private static final String BEARER = "Bearer ";

  private final MistralJobCalls jobs;

  MistralFace(MistralJobCalls jobs) {
    this.jobs = jobs;
  }

  @Override
  public boolean has(String path) {
    return path.startsWith("/v1/batch/");
  }

  @Override
  public BatchFormat format() {
    return BatchFormat.MISTRAL;
  }

  @Override
  public void begin(Context call, String requestId) {
    call.header("x-request-id", requestId);
  }

  @Override
  public String key(Context call) throws ApiException {
    String header = call.header("Authorization");
    if (header == null || !header.startsWith(BEARER) || header.length() == BEARER.length()) {
      throw new ApiException(ApiError.of(401, "Unauthorized", null));
    }
    return header.substring(BEARER.length());
  }

  @Override
  public ApiError wrongKey() {
    return ApiError.of(401, "Unauthorized", null);
  }

  @Override
  public void route(Routes routes) {
    routes.add(HandlerType.POST, PATH, "create_batch", jobs::create);
    routes.add(HandlerType.GET, PATH, "list_batches", jobs::list);
    routes.add(HandlerType.GET, PATH + "/{id}", "retrieve_batch", jobs::retrieve);
    routes.add(HandlerType.POST, PATH + "/{id}/cancel", "cancel_batch", jobs::cancel);
  }
}
