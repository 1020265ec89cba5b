package io.beambatch.localserver;

/** The call is answered with an error. */
final class ApiException extends Exception {
  private final transient ApiError error;

  ApiException(ApiError error) {
    super(error.message());
    this.error = error;
  }

  ApiError error() {
    return error;
  }
}
