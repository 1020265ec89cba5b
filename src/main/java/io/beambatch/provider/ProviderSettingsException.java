package io.beambatch.provider;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;

/** The settings for calling the provider are unusable. The message says which one to change. */
public final class ProviderSettingsException extends UserException {

  public ProviderSettingsException(String message) {
    super(message, ExitCode.USAGE);
  }
}
