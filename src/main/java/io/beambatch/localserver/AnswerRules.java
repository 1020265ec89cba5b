package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Answers an endpoint's requests by rule. */
interface AnswerRules {
  /** What the model's name ends in, so that nobody takes an answer for a real one. */
  String SUFFIX = "-simulated";

  /**
   * Writes the response body.
   *
   * @param key 32 characters that the ids in the answer end in
   * @param created seconds since 1970
   * @param usage takes the tokens used
   */
  void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException;
}
