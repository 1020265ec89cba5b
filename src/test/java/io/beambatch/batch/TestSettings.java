package io.beambatch.batch;

import io.beambatch.job.SmallJob;

/** Settings of a coordinator under test. */
final class TestSettings {
  private TestSettings() {}

  /**
   * The usual settings.
   *
   * @param overrides of the job, such as {@code limits.enqueued_tokens=100}
   */
  static CoordinatorSettings of(RunIdentity run, String... overrides) {
    return CoordinatorSettings.of(SmallJob.of(overrides).inference(), run);
  }
}
