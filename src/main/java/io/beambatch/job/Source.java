package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a job's documents come from: files, a table, or a subscription. It says what the job file
 * says and what all steps need to know of it. How it is checked and read is up to the connector of
 * its kind.
 */
public sealed interface Source extends Serializable
    permits FileSource, TableSource, SubscriptionSource, PipelineSource {

  /** The field that names a document, or null: the connector then names documents itself. */
  @Nullable String id();

  /** File patterns as the job file has them, local or {@code gs://}; empty if it isn't files. */
  default List<String> paths() {
    return List.of();
  }

  /** Whether the source itself says what fields its documents have, and of what types. */
  boolean hasSchema();

  /** Why reading never ends; empty if it does. */
  default Optional<Endlessness> endlessness() {
    return Optional.empty();
  }

  /** Whether more documents may come for ever. */
  default boolean isEndless() {
    return endlessness().isPresent();
  }

  /**
   * Whether reading takes documents out of the source: then the run has the only copy of what was
   * read.
   */
  default boolean isConsumed() {
    return false;
  }

  /** The same source as it stands now, without waiting for more; itself if it can't be that. */
  default Source withoutWatch() {
    return this;
  }

  /** What of the source shapes a run, as {@link CanonicalJob} keeps it. */
  ObjectNode canonical();

  /**
   * Why a source never ends, for launches that need an end.
   *
   * @param what of it doesn't end, such as {@code source.watch}
   * @param instead what to do in place of such a launch
   */
  record Endlessness(String what, String instead) {}
}
