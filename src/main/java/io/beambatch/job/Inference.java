package io.beambatch.job;

import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.reuse.AnswerCache;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about each document, and within which limits: the part of a {@link Job} that holds
 * wherever documents come from and wherever answers go. It is all that a pipeline needs that has
 * its own source and its own destinations.
 *
 * @param prices by model, in place of the shipped price table; empty if the job file has none
 * @param keepFiles whether input and result files stay at the provider after the results are safe
 * @param keep what stays in the staging location of a run that is finished
 * @param duplicates how often the same request is bought
 * @param cache where answers are kept for later runs, or null if they aren't
 * @param canary the sample that is bought first, or null if there is none
 * @param taken the documents that a run is for, or null for all
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
    Duplicates duplicates,
    @Nullable CacheSpec cache,
    @Nullable CanarySpec canary,
    @Nullable Taken taken)
    implements Serializable {

  /** Builds an inference in Java; {@link JobReader#readInference} reads one from a file. */
  public static InferenceBuilder builder() {
    return new InferenceBuilder();
  }

  /**
   * The cache of its answers, or null if there is none. It takes the address of the provider from
   * the environment of this process: another server would answer otherwise.
   */
  public @Nullable AnswerCache answerCache() {
    if (cache == null) {
      return null;
    }
    ProviderApi api = request.provider().api();
    Map<String, String> environment = new HashMap<>(System.getenv());
    // An address that is only looked at needs no key, and no certificates, which take long to read.
    environment.putIfAbsent(api.keyVariable(), "none");
    environment.remove("SSL_CERT_FILE");
    String address;
    try {
      address = api.address(request.baseUrl(), environment).toString();
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    AnswerCache answers =
        new AnswerCache(
            cache.path(),
            List.of(
                address,
                String.valueOf(result.pointer()),
                String.valueOf(result.schema()),
                String.valueOf(result.unfence())),
            cache.maxAge(),
            cache.maxSize());
    return cache.onlyRead() ? answers.readOnly() : answers;
  }

  /** The same inference, in which nothing is sent again. */
  public Inference withoutRetry() {
    return with(new Retry(1, retry.maxFailed()), cache, taken);
  }

  /** The same inference, answered by the embedded local server. */
  Inference answeredLocally() {
    return with(retry, cache == null ? null : cache.ofLocalServer(), taken);
  }

  /** The same inference, which leaves its cache as it is. */
  Inference planned() {
    return with(retry, cache == null ? null : cache.readOnly(), taken);
  }

  /** The same inference over some of the documents. */
  Inference over(@Nullable Taken some) {
    return with(retry, cache, some);
  }

  private Inference with(Retry retry, @Nullable CacheSpec cache, @Nullable Taken taken) {
    return new Inference(
        request,
        result,
        limits,
        retry,
        poll,
        prices,
        keepFiles,
        keep,
        duplicates,
        cache,
        canary,
        taken);
  }
}
