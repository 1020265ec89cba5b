package io.beambatch.provider;

import java.io.IOException;

/**
 * A result file is larger than the answers to its requests can be. Downloading it again would not
 * help.
 */
public final class TooMuchException extends IOException {
  TooMuchException(String message) {
    super(message);
  }
}
