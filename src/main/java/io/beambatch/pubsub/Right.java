package io.beambatch.pubsub;

import java.util.Locale;

/** What an account has to be allowed, and the role that allows it. */
enum Right {
  CONSUME("pubsub.subscriptions.consume", "roles/pubsub.subscriber"),
  PUBLISH("pubsub.topics.publish", "roles/pubsub.publisher");

  private final String permission;
  private final String role;

  Right(String permission, String role) {
    this.permission = permission;
    this.role = role;
  }

  String permission() {
    return permission;
  }

  String missing() {
    return "the account in use may not "
        + name().toLowerCase(Locale.ROOT)
        + "; give it the role "
        + role;
  }

  /** The command that creates what the right is about. */
  String creation(String name) {
    return this == CONSUME
        ? "gcloud pubsub subscriptions create " + name + " --topic=TOPIC"
        : "gcloud pubsub topics create " + name;
  }
}
