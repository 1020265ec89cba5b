package io.beambatch.run;

/** There is no such run; the message says which are there and what to do. */
public final class NoRunException extends Exception {
  public NoRunException(String message) {
    super(message);
  }
}
