package io.beambatch.provider;

import java.io.IOException;

/** A result file brings more than what was asked can have been answered with: no use to repeat. */
public final class TooMuchException extends IOException {
  TooMuchException(String message) {
    super(message);
  }
}
