package io.beambatch.job;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where answers are kept for later runs: the section {@code cache} of the job file.
 *
 * @param path a folder, local or {@code gs://}
 * @param maxAge after which an answer is bought again, or null for never
 * @param maxSize in bytes, above which the oldest answers are deleted, or null for any
 * @param onlyRead whether it stays as it is
 */
public record CacheSpec(
    String path, @Nullable Duration maxAge, @Nullable Long maxSize, boolean onlyRead)
    implements Serializable {

  /** The same for answers of the embedded local server, which are made up: they are kept apart. */
  CacheSpec ofLocalServer() {
    return new CacheSpec(path + "/local", maxAge, maxSize, onlyRead);
  }

  /** The same for a command that only shows what a run would do. */
  CacheSpec readOnly() {
    return new CacheSpec(path, maxAge, maxSize, true);
  }
}
