package io.beambatch.job;

/** How often identical requests of a run's documents are sent. */
public enum Duplicates {
  /** Only the first is sent, and all documents get its answer. */
  ONCE,
  /** Each document's request is sent. */
  EACH
}
