package io.beambatch.job;

import java.io.Serializable;
import java.util.Map;

/**
 * A job, as its file describes it: where documents come from, what is asked about each, where the
 * answers go, and within which limits.
 *
 * @param name names the job's folder in the staging location; {@code [A-Za-z0-9_-]+}
 * @param prices by model, in place of the shipped price table; empty if the file has none
 * @param keepFiles whether files uploaded to the provider stay there after their results are safe
 */
public record Job(
    String name,
    SourceSpec source,
    RequestSpec request,
    ResultSpec result,
    SinkSpec sink,
    FailuresSpec failures,
    Limits limits,
    Retry retry,
    Poll poll,
    Map<String, PriceSpec> prices,
    boolean keepFiles)
    implements Serializable {

  /** The same job, in which nothing is sent again. */
  public Job withoutRetry() {
    return new Job(
        name,
        source,
        request,
        result,
        sink,
        failures,
        limits,
        new Retry(1, retry.maxFailed()),
        poll,
        prices,
        keepFiles);
  }

  /** The same job over what is there now, without waiting for more. */
  public Job withoutWatch() {
    return new Job(
        name,
        source.withoutWatch(),
        request,
        result,
        sink,
        failures,
        limits,
        retry,
        poll,
        prices,
        keepFiles);
  }
}
