package io.beambatch.job;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the keys of Pub/Sub sources and destinations. */
final class PubSubSection {
  private static final String NAME =
      "projects/[a-z][a-z0-9.:-]*/%s/(?!goog)[A-Za-z][A-Za-z0-9._~+%%-]{2,254}";

  private static final Pattern SUBSCRIPTION =
      Pattern.compile(NAME.formatted(Resource.SUBSCRIPTION.folder));
  private static final Pattern TOPIC = Pattern.compile(NAME.formatted(Resource.TOPIC.folder));

  private PubSubSection() {}

  static SubscriptionSource source(Section section, @Nullable String id, Duration window) {
    return new SubscriptionSource(
        name(section, Resource.SUBSCRIPTION),
        section.text("attributes", "the name of a field"),
        id,
        window);
  }

  static TopicDestination destination(Section section) {
    return new TopicDestination(name(section, Resource.TOPIC));
  }

  private static String name(Section section, Resource resource) {
    String expected =
        "a %s's full name, such as projects/my-project/%s/reviews"
            .formatted(resource.key, resource.folder);
    String name = section.requiredText(resource.key, expected);
    Pattern pattern = resource == Resource.TOPIC ? TOPIC : SUBSCRIPTION;
    if (!name.isEmpty() && !pattern.matcher(name).matches()) {
      section.problem(
          resource.key, "must be " + expected + ", but was '" + YamlValue.Scalar.shown(name) + "'");
    }
    return name;
  }

  private enum Resource {
    SUBSCRIPTION("subscription", "subscriptions"),
    TOPIC("topic", "topics");

    private final String key;
    private final String folder;

    Resource(String key, String folder) {
      this.key = key;
      this.folder = folder;
    }
  }
}
