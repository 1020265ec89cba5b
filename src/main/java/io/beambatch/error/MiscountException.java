package io.beambatch.error;

import java.io.IOException;

/**
 * There are more or fewer documents than there should be. Reading or writing them again won't
 * change that.
 */
public final class MiscountException extends IOException {
  public MiscountException(String message) {
    super(message);
  }
}
