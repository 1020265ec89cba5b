package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * Where documents go: files, a table, or a topic. A job has two, one for answered documents and one
 * for failed ones. How a destination is checked and written is up to the connector of its kind.
 */
public sealed interface Destination extends Serializable
    permits FileDestination, TableDestination, TopicDestination, PipelineDestination {

  /**
   * Its name in the job file: the prefix of files, the table's or the topic's full name. No two
   * destinations of a kind may have the same.
   */
  String address();

  /** Where a run's documents are, for people. */
  String place(String run);

  /**
   * The prefix of files as the job file has it, local or {@code gs://}; empty if it isn't files.
   */
  default Optional<String> path() {
    return Optional.empty();
  }

  /** Whether documents are read in the run's folder, and delivered nowhere else. */
  default boolean isStaged() {
    return false;
  }

  /** How long documents are gathered at least between two deliveries, where there may be few. */
  default Duration gathering() {
    return Duration.ZERO;
  }

  /** Whether all documents have the same columns there. */
  boolean hasColumns();

  /** Whether values have to be of their columns' types. */
  boolean hasTypes();

  /** The destination of failed documents if the job file names none: beside this one. */
  Destination besideForFailures();

  /** What of the destination shapes a run, as {@link CanonicalJob} keeps it. */
  ObjectNode canonical();
}
