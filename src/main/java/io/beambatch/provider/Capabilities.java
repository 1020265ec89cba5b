package io.beambatch.provider;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What a provider's batch API can do and what it allows, known before it is called. Job files are
 * checked against it and take their defaults from it; whoever packs, submits and waits asks it
 * instead of knowing a provider.
 *
 * @param name as job files write it, such as {@code openai}
 * @param creation what a batch is created of
 * @param orphans how a batch is found whose creation got no reply
 * @param limits on one batch
 * @param customId what the ids of requests must look like
 * @param queue what the limit on everything under way counts
 * @param expiry after which a batch that hasn't ended is given up by the provider
 * @param resultsKept for how long results can be fetched
 * @param settle how long a creation may take to be carried out, and to show in the list, after its
 *     caller got no reply: only after that does not finding it mean that it was not made
 * @param liveProgress whether counts are shown while a batch runs, and not only at its end
 * @param mixedModels whether the requests of a batch may name different models
 * @param batchPrice what a batch costs, as a share of the same requests one by one, where prices
 *     say nothing else
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

  /** What a batch is created of. */
  public enum Creation {
    /** Of a file that was uploaded before. */
    UPLOADED_FILE,
    /** Of the requests themselves, in the body of the creation. */
    REQUESTS
  }

  /** How a batch is found whose creation got no reply; the surest that the provider has. */
  public enum OrphanSearch {
    /** By the token that a creation carries; a second one with the same makes no second batch. */
    TOKEN,
    /** By an id that we choose. */
    OWN_ID,
    /** By what we wrote into its metadata, in the list of batches. */
    METADATA,
    /** By its name in the list of batches. */
    DISPLAY_NAME,
    /** By the file that it was created of, in the list of batches. */
    INPUT_FILE,
    /** By nothing but the number of its requests and the time. */
    COUNT
  }

  /** What the limit on everything under way counts. */
  public enum QueueUnit {
    TOKENS,
    REQUESTS,
    NOTHING
  }

  /** Limits on one batch. */
  public record Limits(int maxRequests, long maxBytes) {}
}
