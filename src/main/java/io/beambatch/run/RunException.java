package io.beambatch.run;

/** A run can't be begun or resumed; the message says why and what to do. */
public final class RunException extends Exception {
  public RunException(String message) {
    super(message);
  }
}
