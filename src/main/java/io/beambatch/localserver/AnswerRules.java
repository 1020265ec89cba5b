package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Writes simulated answers to an endpoint's requests, by simple rules. */
interface AnswerRules {
  /** The suffix of the model's name, so that nobody takes an answer for a real one. */
  String SUFFIX = "-simulated";

  /**
   * Writes the response body.
   *
   * @param key 32 characters at the end of the ids in the answer
   * @param created seconds since 1970
   * @param usage receives the tokens used
   */
  void write(LineRequest request, String key, long created, JsonGenerator out, Usage usage)
      throws IOException;
}
