package io.beambatch.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** All keys of a job file, and the message for a key that isn't one of them. */
final class JobKeys {
  /** Stands for a model's name in the path of a price. */
  static final String MODEL = "<model>";

  private static final Map<String, List<String>> BY_SECTION = new LinkedHashMap<>();

  static {
    BY_SECTION.put(
        "",
        List.of(
            "name",
            "source",
            "request",
            "result",
            "sink",
            "failures",
            "limits",
            "retry",
            "poll",
            "prices",
            "duplicates",
            "cache",
            "canary",
            "keep_files",
            "keep"));
    BY_SECTION.put(
        "source",
        List.of(
            "type",
            "path",
            "table",
            "query",
            "method",
            "subscription",
            "attributes",
            "id",
            "whole_file",
            "delimiter",
            "quote",
            "escape",
            "ragged",
            "watch",
            "window"));
    BY_SECTION.put(
        "request",
        List.of("provider", "base_url", "headers", "endpoint", "model", "body", "prompt", "cache"));
    BY_SECTION.put(
        "request.prompt", List.of("system", "user", "max_tokens", "temperature", "schema"));
    BY_SECTION.put("result", List.of("field", "pointer", "schema", "unfence"));
    BY_SECTION.put(
        "sink",
        List.of(
            "type",
            "path",
            "compression",
            "escape_formulas",
            "table",
            "topic",
            "write_disposition",
            "create_disposition",
            "partition"));
    BY_SECTION.put("sink.partition", List.of("field", "type"));
    BY_SECTION.put("failures", List.of("path", "table", "topic"));
    BY_SECTION.put(
        "limits",
        List.of(
            "requests",
            "bytes",
            "enqueued_tokens",
            "enqueued_requests",
            "image_tokens",
            "cost_usd",
            "cost_usd_per_day",
            "on_budget"));
    BY_SECTION.put("retry", List.of("attempts", "repair", "max_failed"));
    BY_SECTION.put("cache", List.of("path", "max_age", "max_size", "only_deterministic"));
    BY_SECTION.put("canary", List.of("documents", "stop_if"));
    BY_SECTION.put(
        "canary.stop_if",
        List.of(
            "failed",
            "rejected",
            "api_error",
            "expired",
            "cancelled",
            "truncated",
            "refused",
            "invalid_answer",
            "missing",
            "cost_usd"));
    BY_SECTION.put("poll", List.of("interval", "deadline", "grace"));
    BY_SECTION.put(
        "prices." + MODEL,
        List.of(
            "input",
            "output",
            "batch_input",
            "batch_output",
            "cached_input",
            "cache_write",
            "cache_write_1h",
            "batch_cached_input",
            "batch_cache_write",
            "batch_cache_write_1h"));
  }

  /** Keys of request bodies that are often written beside the body. */
  private static final List<String> OF_BODY =
      List.of(
          "messages",
          "input",
          "prompt",
          "instructions",
          "max_tokens",
          "max_completion_tokens",
          "max_output_tokens",
          "temperature",
          "top_p",
          "seed",
          "stop",
          "response_format",
          "text",
          "tools",
          "tool_choice",
          "reasoning",
          "reasoning_effort",
          "dimensions",
          "encoding_format",
          "logprobs",
          "stream");

  private static final List<String> SECRETS =
      List.of("key", "api_key", "apikey", "token", "api_token", "secret", "password");

  /** Headers that carry keys, or that the client writes itself. */
  private static final List<String> HEADERS_WITH_SECRETS =
      List.of(
          "authorization",
          "proxy-authorization",
          "api-key",
          "x-api-key",
          "x-goog-api-key",
          "x-auth-token",
          "cookie");

  private JobKeys() {}

  /** The keys of a section, such as {@code source}; the empty name is the file itself. */
  static List<String> of(String section) {
    List<String> keys = BY_SECTION.get(section);
    if (keys == null) {
      throw new IllegalArgumentException("no section " + section);
    }
    return keys;
  }

  /** Every key's full path; a model's name is written {@code <model>}. */
  static List<String> paths() {
    return BY_SECTION.entrySet().stream()
        .flatMap(
            section -> section.getValue().stream().map(key -> Section.join(section.getKey(), key)))
        .toList();
  }

  /** Whether the value of a key of this name must not be shown. */
  static boolean secret(String key) {
    return SECRETS.contains(normal(key))
        || HEADERS_WITH_SECRETS.contains(key.toLowerCase(Locale.ROOT));
  }

  /** The message for a key that a section doesn't have. */
  static String unknown(String section, String key) {
    StringBuilder message = new StringBuilder("there is no such key");
    if (secret(key)) {
      return message
          .append("; keys of the provider come from the environment: OPENAI_API_KEY")
          .toString();
    }
    if (section.equals("source") && key.equals("topic")) {
      return message
          .append("; a topic keeps no messages for later, a subscription does: create one")
          .append(" (gcloud pubsub subscriptions create NAME --topic=TOPIC), and name it in")
          .append(" source.subscription")
          .toString();
    }
    homes(key)
        .or(() -> nearest(of(section), key).map(near -> "did you mean '" + near + "'?"))
        .or(() -> nearestElsewhere(key).map(near -> "did you mean '" + near + "'?"))
        .ifPresent(hint -> message.append("; ").append(hint));
    return message
        .append(section.isEmpty() ? " (the file has: " : " (" + section + " has: ")
        .append(String.join(", ", of(section)))
        .append(')')
        .toString();
  }

  /** The word that was probably meant; empty if none is near enough. */
  static Optional<String> nearest(List<String> words, String found) {
    String normal = normal(found);
    // Two letters that change places count as two edits.
    int near = normal.length() < 4 ? 1 : Math.max(2, normal.length() / 3);
    LevenshteinDistance distance = new LevenshteinDistance(near);
    Optional<String> end =
        words.stream().filter(word -> normal.length() > 3 && word.endsWith(normal)).findFirst();
    if (end.isPresent()) {
      return end;
    }
    return words.stream()
        .filter(word -> distance.apply(normal(word), normal) >= 0)
        .min(Comparator.comparing(word -> distance.apply(normal(word), normal)));
  }

  /** Where a key belongs that another section has. */
  private static Optional<String> homes(String key) {
    List<String> homes = new ArrayList<>();
    BY_SECTION.forEach(
        (section, keys) -> {
          if (keys.contains(key)) {
            homes.add(section.isEmpty() ? "the top level of the file" : section);
          }
        });
    if (OF_BODY.contains(key)) {
      homes.add("request.body");
    }
    return homes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            homes.get(0).startsWith("the ")
                ? "it belongs at " + homes.get(0)
                : "it belongs under " + String.join(" or ", homes));
  }

  private static Optional<String> nearestElsewhere(String key) {
    if (key.length() < 5) {
      return Optional.empty(); // Among so many keys, something is always near a short one.
    }
    Map<String, String> pathsByKey = new LinkedHashMap<>();
    Stream.concat(paths().stream(), OF_BODY.stream().map(k -> Section.join("request.body", k)))
        .forEach(path -> pathsByKey.putIfAbsent(path.substring(path.lastIndexOf('.') + 1), path));
    return nearest(List.copyOf(pathsByKey.keySet()), key).map(pathsByKey::get);
  }

  private static String normal(String key) {
    return key.toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
  }
}
