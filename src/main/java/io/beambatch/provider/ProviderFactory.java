package io.beambatch.provider;

import java.io.Serializable;

/** Opens a provider where it is needed: on the worker, with the worker's own keys. */
@FunctionalInterface
public interface ProviderFactory extends Serializable {

  /**
   * Opens a provider; the caller closes it.
   *
   * @throws IllegalStateException if something is missing here, such as the key
   */
  BatchProvider open();
}
