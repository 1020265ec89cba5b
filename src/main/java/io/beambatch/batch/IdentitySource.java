package io.beambatch.batch;

import java.io.Serializable;

/**
 * Knows a run's identity where the pipeline runs. While the graph is built, the run need not have
 * begun.
 */
@FunctionalInterface
public interface IdentitySource extends Serializable {

  /** The same at every call, on every worker. */
  RunIdentity identity();
}
