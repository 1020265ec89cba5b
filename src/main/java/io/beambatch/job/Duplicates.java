package io.beambatch.job;

/**
 * How often identical requests of a run's documents are sent: {@code duplicates} of the job file.
 */
public enum Duplicates {
  /** Only the first is sent, and all documents get its answer. */
  ONCE,
  /** Each document's request is sent. */
  EACH
}
