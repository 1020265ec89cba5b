package io.beambatch.job;

import java.util.List;

/** A job that is as small as can be, for tests to which its details don't matter. */
public final class SmallJob {
  private static final String YAML =
      """
      name: job
      source: {type: jsonl, path: in.jsonl}
      request:
        endpoint: /v1/chat/completions
        model: m
        body: {messages: [{role: user, content: "{{text}}"}]}
      result: {field: answer}
      sink: {type: jsonl, path: out}
      """;

  private SmallJob() {}

  /**
   * The job.
   *
   * @param overrides of its file, such as {@code limits.enqueued_tokens=100}
   */
  public static Job of(String... overrides) {
    try {
      return JobReader.parse("job.yaml", YAML, List.of(overrides));
    } catch (JobFileException e) {
      throw new AssertionError(e);
    }
  }
}
