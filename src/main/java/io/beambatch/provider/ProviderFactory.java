package io.beambatch.provider;

import java.io.Serializable;

/**
 * Connects to a provider where the connection is needed: on the worker, with the worker's own keys.
 */
public interface ProviderFactory extends Serializable {

  /**
   * Connects; the caller closes the connection.
   *
   * @throws IllegalStateException if a setting is missing here, such as the key
   */
  BatchProvider open();

  /**
   * The server and account that {@link #open} leads to here. It makes no call.
   *
   * @param salt of the run
   * @throws IllegalStateException if a setting is missing here, such as the key
   */
  Recipient recipient(String salt);
}
