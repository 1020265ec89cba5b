package io.beambatch.localserver;

/** Error messages that several classes use. */
final class ErrorMessages {
  static final String ORGANIZATION = "org-local";

  private ErrorMessages() {}

  static String fileNotFound(String fileId) {
    return "Cannot find file " + fileId + ", or project proj_local does not have access to it.";
  }
}
