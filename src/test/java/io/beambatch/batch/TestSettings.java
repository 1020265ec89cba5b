package io.beambatch.batch;

import io.beambatch.job.JobReader;
import java.util.List;

/** Settings of a coordinator under test, of a job that is as small as can be. */
final class TestSettings {
  private static final String JOB =
      """
      name: job
      source: {type: jsonl, path: in.jsonl}
      request: {provider: openai, endpoint: /v1/chat/completions, model: m, body: {messages: []}}
      result: {field: answer}
      sink: {type: jsonl, path: out}
      """;

  private TestSettings() {}

  /**
   * The usual settings.
   *
   * @param overrides of the job, such as {@code limits.enqueued_tokens=100}
   */
  static CoordinatorSettings of(RunIdentity run, String... overrides) {
    try {
      return CoordinatorSettings.of(
          JobReader.parse("job.yaml", JOB, List.of(overrides)).inference(), run);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
