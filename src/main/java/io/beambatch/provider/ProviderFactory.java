package io.beambatch.provider;

import java.io.Serializable;

/** Opens a provider where it is needed: on the worker, with the worker's own keys. */
public interface ProviderFactory extends Serializable {

  /**
   * Opens a provider; the caller closes it.
   *
   * @throws IllegalStateException if something is missing here, such as the key
   */
  BatchProvider open();

  /**
   * Who answers to what {@link #open} opens here and now; takes no call.
   *
   * @param salt of the run
   * @throws IllegalStateException if something is missing here, such as the key
   */
  Recipient recipient(String salt);
}
