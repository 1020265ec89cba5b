package io.beambatch.records;

import java.io.IOException;

/**
 * A file violates its format, so that reading it again won't help. Other {@link IOException}s mean
 * that it could not be accessed.
 */
public final class DamagedFileException extends IOException {
  DamagedFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
