package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Creates strings that fit a JSON schema. */
final class StringRules {
  private static final Pattern DATE = Pattern.compile("\\b\\d{4}-\\d{2}-\\d{2}\\b");
  private static final Pattern EMAIL = Pattern.compile("[\\w.+-]+@[\\w-]+\\.[\\w.-]*\\w");
  private static final Pattern URL = Pattern.compile("https?://[^\\s\"'<>]+");

  private StringRules() {}

  static String string(JsonNode schema, String name, TextFacts facts, int index) {
    String formatted = format(schema.path("format").asText(), facts);
    if (formatted != null) {
      return formatted;
    }
    if (schema.path("pattern").isTextual()) {
      return patterned(schema.get("pattern").asText(), name, facts);
    }
    String labelled = index == 0 ? facts.labelled(name) : null;
    String text = labelled != null ? labelled : byName(name, facts);
    return fit(text, schema);
  }

  private static String byName(String name, TextFacts facts) {
    return switch (name) {
      case "summary", "description", "reason", "explanation", "reasoning", "text" -> {
        String sentences = Words.firstSentences(facts.text().strip(), 300);
        yield sentences.isEmpty() ? "text" : sentences;
      }
      case "sentiment" -> Words.sentiment(facts.text());
      default -> facts.name();
    };
  }

  private static String fit(String text, JsonNode schema) {
    int least = schema.path("minLength").asInt(0);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    StringBuilder fitted = new StringBuilder(text);
    while (fitted.codePointCount(0, fitted.length()) < least) {
      fitted.append('.');
    }
    if (fitted.codePointCount(0, fitted.length()) > most) {
      fitted.setLength(fitted.offsetByCodePoints(0, most));
    }
    return fitted.toString();
  }

  private static @Nullable String format(String format, TextFacts facts) {
    return switch (format) {
      case "date" -> or(facts.first(DATE), "2026-01-01");
      case "date-time" -> or(facts.first(DATE), "2026-01-01") + "T00:00:00Z";
      case "time" -> "00:00:00Z";
      case "duration" -> "P1D";
      case "email", "idn-email" -> or(facts.first(EMAIL), "someone@example.com");
      case "hostname", "idn-hostname" -> "example.com";
      case "ipv4" -> "127.0.0.1";
      case "ipv6" -> "::1";
      case "uuid" -> "00000000-0000-4000-8000-000000000000";
      case "uri", "iri", "url" -> or(facts.first(URL), "https://example.com/");
      default -> null;
    };
  }

  private static String or(@Nullable String found, String other) {
    return found == null ? other : found;
  }

  /** A match in the text, else a text made to match, else a name. */
  private static String patterned(String regex, String name, TextFacts facts) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      return facts.name(); // Java doesn't know this regular expression
    }
    String found = facts.first(pattern);
    if (found != null && !found.isEmpty()) {
      return found;
    }
    String made = PatternText.make(regex);
    return Stream.of(made, facts.name(), Words.firstWords(facts.text(), 3), name, "a", "A", "1")
        .filter(text -> pattern.matcher(text).find())
        .findFirst()
        .orElse(made);
  }
}
