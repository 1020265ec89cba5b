package io.beambatch.pubsub;

import java.util.Locale;

/** A permission that an account needs, and the role that includes it. */
enum Permission {
  CONSUME("pubsub.subscriptions.consume", "roles/pubsub.subscriber"),
  PUBLISH("pubsub.topics.publish", "roles/pubsub.publisher");

  private final String id;
  private final String role;

  Permission(String id, String role) {
    this.id = id;
    this.role = role;
  }

  String id() {
    return id;
  }

  String missing() {
    return "the account in use may not "
        + name().toLowerCase(Locale.ROOT)
        + "; give it the role "
        + role;
  }

  /** The command that creates the resource. */
  String creation(String name) {
    return this == CONSUME
        ? "gcloud pubsub subscriptions create " + name + " --topic=TOPIC"
        : "gcloud pubsub topics create " + name;
  }
}
