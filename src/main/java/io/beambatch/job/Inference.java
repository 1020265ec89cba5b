package io.beambatch.job;

import java.io.Serializable;
import java.util.Map;

/**
 * What is asked about each document, and within which limits: the part of a {@link Job} that holds
 * wherever documents come from and wherever answers go. It is all that a pipeline needs that has
 * its own source and its own destinations.
 *
 * @param prices by model, in place of the shipped price table; empty if the job file has none
 * @param keepFiles whether input and result files stay at the provider after the results are safe
 * @param keep what stays in the staging location of a run that is finished
 * @param duplicates how often the same request is bought
 */
public record Inference(
    RequestSpec request,
    ResultSpec result,
    Limits limits,
    Retry retry,
    Poll poll,
    Map<String, PriceSpec> prices,
    boolean keepFiles,
    Keep keep,
    Duplicates duplicates)
    implements Serializable {

  /** Builds an inference in Java; {@link JobReader#readInference} reads one from a file. */
  public static InferenceBuilder builder() {
    return new InferenceBuilder();
  }

  /** The same inference, in which nothing is sent again. */
  public Inference withoutRetry() {
    return new Inference(
        request,
        result,
        limits,
        new Retry(1, retry.maxFailed()),
        poll,
        prices,
        keepFiles,
        keep,
        duplicates);
  }
}
