package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * Where documents go: files, standard output, a table, or a topic. A job has two destinations, one
 * for answered documents and one for failed ones. The connector of its kind checks and writes it.
 */
public sealed interface Destination extends Serializable
    permits FileDestination,
        StandardOutputDestination,
        TableDestination,
        TopicDestination,
        PipelineDestination {

  /**
   * Its name in the job file: the prefix of files, the table's or the topic's full name. No two
   * destinations of a kind may share it.
   */
  String address();

  /** A readable place of a run's documents. */
  String place(String run);

  /** The prefix of files in the job file, local or {@code gs://}; empty for other kinds. */
  default Optional<String> path() {
    return Optional.empty();
  }

  /** Returns whether documents stay in the run's folder, to be read there. */
  default boolean isStaged() {
    return false;
  }

  /** The minimum interval between two deliveries of a stream, where deliveries are limited. */
  default Duration gathering() {
    return Duration.ZERO;
  }

  /** Returns whether all documents have the same columns there. */
  boolean hasColumns();

  /** Returns whether values must have the types of their columns. */
  boolean hasTypes();

  /** The destination of failed documents if the job file names none: next to this one. */
  Destination besideForFailures();

  /** The properties that determine a run, for {@link CanonicalJob}. */
  ObjectNode canonical();
}
