package io.beambatch.batch;

import java.io.Serializable;

/**
 * Tells a run's batches from those of every other run of the same account.
 *
 * @param uid random, made once for the run
 * @param created when the run began, in milliseconds since 1970: none of its batches is older
 */
public record RunIdentity(String job, String run, String uid, long created)
    implements Serializable {

  /** The key that finds a chunk's batch again. */
  String key(String chunkId) {
    return uid + "/" + chunkId;
  }
}
