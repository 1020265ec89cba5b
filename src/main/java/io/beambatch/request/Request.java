package io.beambatch.request;

import io.beambatch.document.Document;

/**
 * One rendered request. Its {@code custom_id} is assigned when it is written into a part.
 *
 * @param body the request body, one JSON object on one line
 * @param tokens estimated prompt tokens
 * @param weight what it counts against the provider's limit on requests: 1, or for embeddings the
 *     number of inputs
 */
public record Request(Document document, String body, long tokens, int weight) {

  /** Shows sizes, not contents. */
  @Override
  public String toString() {
    return "Request[" + body.length() + " chars, " + tokens + " tokens]";
  }
}
