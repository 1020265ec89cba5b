package io.beambatch.template;

/** A template's parameters, or the job file, can't be used on Dataflow; the message says why. */
final class ParameterException extends RuntimeException {
  ParameterException(String message) {
    super(message);
  }
}
