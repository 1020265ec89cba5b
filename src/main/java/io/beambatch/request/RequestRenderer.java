package io.beambatch.request;

import io.beambatch.document.Document;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Inference;
import io.beambatch.job.Limits;
import io.beambatch.provider.RequestFrame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Renders documents into requests, as a job's {@code request} says. The step that writes parts
 * calls it for each document, so that no request travels from one step to another. Not thread-safe.
 */
public final class RequestRenderer {
  private final RequestTemplate template;
  private final RequestFrame frame;
  private final Limits limits;

  /** Compiles the templates of a request. */
  public RequestRenderer(Inference inference) {
    template = new RequestTemplate(inference.request(), inference.limits().imageTokens());
    frame = inference.request().frame();
    limits = inference.limits();
  }

  /**
   * Renders the request for a document.
   *
   * @throws RenderException if a field that the templates name is missing or null ({@code
   *     invalid_document}), or if the request exceeds a batch's limits ({@code too_large})
   */
  public Request render(Document document) throws RenderException {
    Request request = template.render(document);
    String excess = excess(request);
    if (excess != null) {
      throw new RenderException(FailureReason.TOO_LARGE, excess);
    }
    return request;
  }

  private @Nullable String excess(Request request) {
    long limit = limits.bytes();
    // UTF-8 takes at most three bytes per char: most requests need no exact count.
    if (request.body().length() * 3L + RequestLine.FRAME_MAX > limit) {
      long bytes =
          RequestLine.frameBytes(frame) + request.body().getBytes(StandardCharsets.UTF_8).length;
      if (bytes > limit) {
        return "the request has " + bytes + " bytes; limits.bytes allows " + limit + " a batch";
      }
    }
    if (request.weight() > limits.requests()) {
      return "the request has "
          + request.weight()
          + " inputs; limits.requests allows "
          + limits.requests()
          + " a batch";
    }
    if (request.tokens() > limits.enqueuedTokens()) {
      return "the request has about "
          + request.tokens()
          + " prompt tokens; limits.enqueued_tokens allows "
          + limits.enqueuedTokens();
    }
    return null;
  }
}
