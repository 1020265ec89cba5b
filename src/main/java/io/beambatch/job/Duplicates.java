package io.beambatch.job;

/** How often a request is bought that several documents of a run come to. */
public enum Duplicates {
  /** The first is sent, and all get its answer. */
  ONCE,
  /** Each document's own. */
  EACH
}
