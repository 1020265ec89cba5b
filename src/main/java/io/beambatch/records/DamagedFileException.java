package io.beambatch.records;

import java.io.IOException;

/**
 * A file is not as its format says, so that reading it again is of no use. Other {@link
 * IOException}s say that it could not be got at.
 */
public final class DamagedFileException extends IOException {
  DamagedFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
