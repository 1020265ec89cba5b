package io.beambatch.job;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds an {@link Inference} in Java. It has the keys of a job file, with the same defaults and
 * the same checks.
 *
 * <pre>{@code
 * Inference inference =
 *     Inference.builder()
 *         .model("gpt-4o-mini")
 *         .endpoint("/v1/chat/completions")
 *         .body("{\"max_tokens\": 10, \"messages\": [{\"role\": \"user\", \"content\": \"{{text}}\"}]}")
 *         .resultField("sentiment")
 *         .build();
 * }</pre>
 */
public final class InferenceBuilder {
  private final List<String> settings = new ArrayList<>();

  InferenceBuilder() {}

  /** The model's name; required. */
  public InferenceBuilder model(String name) {
    return text("request.model", name);
  }

  /** The endpoint, such as {@code /v1/chat/completions}; required. */
  public InferenceBuilder endpoint(String path) {
    return text("request.endpoint", path);
  }

  /**
   * The request body as the provider documents it, without {@code model}; required.
   *
   * @param json an object, with {@code {{field}}} of the document in any string
   */
  public InferenceBuilder body(String json) {
    return set("request.body", json);
  }

  /** The field for the answer. */
  public InferenceBuilder resultField(String name) {
    return text("result.field", name);
  }

  /** The maximum number of times that a document is sent, including the first. */
  public InferenceBuilder attempts(int most) {
    return set("retry.attempts", Integer.toString(most));
  }

  /** The interval between two polls of the batches. */
  public InferenceBuilder pollInterval(Duration interval) {
    return set("poll.interval", interval.toMillis() + "ms");
  }

  /** How long a batch may take; then it is cancelled, and the answers it has are collected. */
  public InferenceBuilder deadline(Duration longest) {
    return set("poll.deadline", longest.toMillis() + "ms");
  }

  /**
   * Sets any other key of {@code request}, {@code result}, {@code limits}, {@code retry}, {@code
   * poll} or {@code prices}, as {@code --set} does.
   *
   * @param key such as {@code limits.cost_usd}
   * @param value such as {@code 2.50}, or YAML
   */
  public InferenceBuilder set(String key, String value) {
    settings.add(key + "=" + value);
    return this;
  }

  /**
   * Builds the inference.
   *
   * @throws IllegalArgumentException if something is missing or wrong; names the keys
   */
  public Inference build() {
    try {
      return JobReader.parseInference("inference", "{}", settings);
    } catch (JobFileException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private InferenceBuilder text(String key, String value) {
    return set(key, TextNode.valueOf(value).toString());
  }
}
