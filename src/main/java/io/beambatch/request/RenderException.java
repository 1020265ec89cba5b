package io.beambatch.request;

/** A document that no request can be made of; the message names fields, never their contents. */
final class RenderException extends Exception {
  RenderException(String message) {
    super(message);
  }
}
