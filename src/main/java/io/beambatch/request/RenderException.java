package io.beambatch.request;

/** A document can't be rendered into a request; the message names fields, never their contents. */
final class RenderException extends Exception {
  RenderException(String message) {
    super(message);
  }
}
