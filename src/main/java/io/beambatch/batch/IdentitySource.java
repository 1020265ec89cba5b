package io.beambatch.batch;

import java.io.Serializable;

/**
 * Gives the run's identity where the pipeline runs. The run need not exist yet while the graph is
 * built.
 */
@FunctionalInterface
public interface IdentitySource extends Serializable {

  /** The run's identity, the same at every call and on every worker. */
  RunIdentity identity();
}
