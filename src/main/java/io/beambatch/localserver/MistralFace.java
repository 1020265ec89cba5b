package io.beambatch.localserver;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;

/** Mistral's batch jobs. Its files are OpenAI's. */
final class MistralFace implements ProviderFace {
  private static final String PATH = "/v1/batch/jobs";

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
  public String key(Context call) throws ApiException {
    return ProviderFace.bearer(
        call.header("Authorization"), ApiError.of(401, "Unauthorized", null));
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
