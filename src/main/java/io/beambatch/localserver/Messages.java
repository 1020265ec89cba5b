package io.beambatch.localserver;

/** Sentences that appear in more than one place. */
final class Messages {
  static final String ORGANIZATION = "org-local";

  private Messages() {}

  static String fileNotFound(String fileId) {
    return "Cannot find file " + fileId + ", or project proj_local does not have access to it.";
  }
}
