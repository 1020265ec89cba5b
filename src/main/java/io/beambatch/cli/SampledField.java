package io.beambatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A field of the first documents.
 *
 * @param kind of its values, in words
 * @param length the average length of its texts; 0 if it has none
 * @param identifies whether it appears to identify documents
 */
record SampledField(String name, String kind, long length, boolean identifies) {
  private static final Pattern SIMPLE = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}_ -]*");

  private static final Pattern IDENTIFIER =
      Pattern.compile("(?i)(.*[_ -])?(id|uuid|guid|key|sku|isbn|url)|[a-z]+Id");

  static SampledField of(String name, List<JsonNode> values, int documents) {
    List<JsonNode> given = values.stream().filter(value -> !value.isNull()).toList();
    Set<String> distinct = new HashSet<>();
    given.forEach(value -> distinct.add(value.toString()));
    long chars =
        given.stream()
            .filter(JsonNode::isTextual)
            .mapToLong(value -> value.asText().length())
            .sum();
    boolean scalars =
        given.stream().allMatch(value -> value.isTextual() || value.isIntegralNumber());
    boolean unique = scalars && given.size() == documents && distinct.size() == documents;
    return new SampledField(
        name,
        kind(given),
        given.isEmpty() ? 0 : (chars + given.size() - 1) / given.size(),
        unique && IDENTIFIER.matcher(name).matches());
  }

  private static String kind(List<JsonNode> values) {
    if (values.isEmpty()) {
      return "nothing";
    }
    List<String> kinds =
        values.stream()
            .map(
                value ->
                    switch (value.getNodeType()) {
                      case STRING -> "text";
                      case NUMBER -> "number";
                      case BOOLEAN -> "true or false";
                      case ARRAY -> "list";
                      default -> "mapping";
                    })
            .distinct()
            .toList();
    return String.join(" or ", kinds);
  }

  String sentence() {
    // A name may contain a line end, which would end the comment.
    String shown = isSimple() ? name : JobDraft.quoted(name);
    return shown + ": " + kind + (length == 0 ? "" : ", about " + length + " characters");
  }

  /** Returns whether a template can name it in its simplest form. */
  boolean isSimple() {
    return SIMPLE.matcher(name).matches();
  }
}
