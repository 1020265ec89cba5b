package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a job's documents come from: files, standard input, a table, or a subscription. It holds
 * the job file's settings and the properties that all steps need. The connector of its kind checks
 * and reads it.
 */
public sealed interface Source extends Serializable
    permits FileSource, StandardInputSource, TableSource, SubscriptionSource, PipelineSource {

  /** The field that identifies a document, or null: the connector then assigns ids itself. */
  @Nullable String id();

  /** File patterns in the job file, local or {@code gs://}; empty for other kinds. */
  default List<String> paths() {
    return List.of();
  }

  /** Returns whether the source itself defines the fields and types of its documents. */
  boolean hasSchema();

  /** Why reading never ends; empty if it does. */
  default Optional<Endlessness> endlessness() {
    return Optional.empty();
  }

  /** Returns whether documents may keep arriving for ever. */
  default boolean isEndless() {
    return endlessness().isPresent();
  }

  /**
   * Returns whether reading removes documents from the source: then the run has the only copy of
   * them.
   */
  default boolean isConsumed() {
    return false;
  }

  /**
   * A copy that reads what exists now, without waiting for more; the same source if that is
   * impossible.
   */
  default Source withoutWatch() {
    return this;
  }

  /** The properties that determine a run, for {@link CanonicalJob}. */
  ObjectNode canonical();

  /**
   * Why a source never ends, for launches that need an end.
   *
   * @param what the setting that makes it endless, such as {@code source.watch}
   * @param instead the alternative to such a launch
   */
  record Endlessness(String what, String instead) {}
}
