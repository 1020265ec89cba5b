package io.beambatch.batch;

import java.io.Serializable;

/** Opens a coordinator on the worker. */
@FunctionalInterface
interface Opening extends Serializable {
  OpenCoordinator open();
}
