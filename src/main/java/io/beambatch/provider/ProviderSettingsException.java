package io.beambatch.provider;

/** The provider can't be called with these settings. The message says which one to change. */
public final class ProviderSettingsException extends Exception {

  public ProviderSettingsException(String message) {
    super(message);
  }
}
