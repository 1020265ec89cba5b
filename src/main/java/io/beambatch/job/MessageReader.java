package io.beambatch.job;

import java.util.regex.Pattern;

/** Reads which subscription and which topics of Pub/Sub a job is about. */
final class MessageReader {
  private static final String NAME =
      "projects/[a-z][a-z0-9.:-]*/%s/(?!goog)[A-Za-z][A-Za-z0-9._~+%%-]{2,254}";

  private static final Pattern SUBSCRIPTION =
      Pattern.compile(NAME.formatted(Kind.SUBSCRIPTION.folder));
  private static final Pattern TOPIC = Pattern.compile(NAME.formatted(Kind.TOPIC.folder));

  private MessageReader() {}

  static MessageSource source(Section section) {
    return new MessageSource(
        name(section, Kind.SUBSCRIPTION), section.text("attributes", "the name of a field"));
  }

  static String topic(Section section) {
    return name(section, Kind.TOPIC);
  }

  private static String name(Section section, Kind kind) {
    String expected =
        "a %s's full name, such as projects/my-project/%s/reviews".formatted(kind.key, kind.folder);
    String name = section.requiredText(kind.key, expected);
    Pattern pattern = kind == Kind.TOPIC ? TOPIC : SUBSCRIPTION;
    if (!name.isEmpty() && !pattern.matcher(name).matches()) {
      section.problem(
          kind.key, "must be " + expected + ", but was '" + YamlValue.Scalar.shown(name) + "'");
    }
    return name;
  }

  private enum Kind {
    SUBSCRIPTION("subscription", "subscriptions"),
    TOPIC("topic", "topics");

    private final String key;
    private final String folder;

    Kind(String key, String folder) {
      this.key = key;
      this.folder = folder;
    }
  }
}
