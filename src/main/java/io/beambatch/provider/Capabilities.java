package io.beambatch.provider;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What a provider's batch API can do and what it limits, known before it is called. Job files are
 * checked against it and take their defaults from it; packing, submitting and waiting depend on it
 * instead of on a particular provider.
 *
 * @param name the provider's name in job files, such as {@code openai}
 * @param creation what a batch is created from
 * @param orphans how to find a batch whose creation had no reply
 * @param limits limits on one batch
 * @param customId the rule for the ids of requests
 * @param queue what the limit on everything in flight counts
 * @param expiry the age at which the provider gives up a batch that has not ended
 * @param resultsKept how long results can be fetched
 * @param settle how long the provider may take to carry out a creation that had no reply, and to
 *     show it in the list; only after that does a missing batch prove that none was created
 * @param liveProgress whether counts are reported while a batch runs, and not only at its end
 * @param mixedModels whether the requests of a batch may name different models
 * @param batchPrice the price of a batch as a fraction of the same requests in real time, if the
 *     price table has no batch price
 */
public record Capabilities(
    String name,
    Creation creation,
    OrphanSearch orphans,
    Limits limits,
    Pattern customId,
    QueueUnit queue,
    Duration expiry,
    Duration resultsKept,
    Duration settle,
    boolean liveProgress,
    boolean mixedModels,
    BigDecimal batchPrice) {

  /** What a batch is created from. */
  public enum Creation {
    /** A file that was uploaded before. */
    UPLOADED_FILE,
    /** The requests themselves, in the body of the create call. */
    REQUESTS
  }

  /**
   * How to find a batch whose creation had no reply: the most reliable way that the provider
   * offers.
   */
  public enum OrphanSearch {
    /**
     * By the idempotency token of the creation; a second creation with the same token makes no
     * second batch.
     */
    TOKEN,
    /** By an id that the client chooses. */
    OWN_ID,
    /** By the metadata of our creation, in the list of batches. */
    METADATA,
    /** By the display name, in the list of batches. */
    DISPLAY_NAME,
    /** By the input file, in the list of batches. */
    INPUT_FILE,
    /** Only by the number of requests and the time of creation. */
    COUNT
  }

  /** What the limit on everything in flight counts. */
  public enum QueueUnit {
    TOKENS,
    REQUESTS,
    NOTHING
  }

  /** Limits on one batch. */
  public record Limits(int maxRequests, long maxBytes) {}
}
