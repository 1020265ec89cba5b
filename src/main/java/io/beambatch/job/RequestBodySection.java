package io.beambatch.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.ProviderApi;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what is asked about each document: {@code request.body}, or its short form {@code
 * request.prompt}.
 */
final class RequestBodySection {
  /** Keys that clients take as arguments: no endpoint has them in its body. */
  private static final Set<String> BODY_KEYS =
      Set.of("api_key", "api-key", "apikey", "authorization", "x-api-key");

  private final Section section;
  private final ProviderApi api;
  private final Endpoint endpoint;
  private final Problems problems;
  private final TemplateSyntax templates;

  RequestBodySection(Section section, ProviderApi api, String endpoint, Problems problems) {
    this.section = section;
    this.api = api;
    this.endpoint = api.endpoint(endpoint);
    this.problems = problems;
    this.templates = new TemplateSyntax(problems);
  }

  /**
   * The body of each request, without its model.
   *
   * @param file the job file; a schema's relative path starts at its folder
   */
  ObjectNode read(String model, String file) {
    return cached(body(model, file));
  }

  /** Marks the common prefix of all requests, so that the provider caches it. */
  private ObjectNode cached(ObjectNode body) {
    if (!section.flag("cache") || body.isEmpty()) {
      return body;
    }
    ObjectNode marked = endpoint.cached(body);
    if (marked == null) {
      section.problem(
          "cache",
          "has nothing to keep: requests have no tool, no system prompt and no first message without"
              + " a {{field}} in it; write what is the same in all requests there");
      return body;
    }
    return marked;
  }

  private ObjectNode body(String model, String file) {
    Optional<YamlValue> value = section.value("body");
    Optional<YamlValue> prompt = section.value("prompt");
    if (prompt.isPresent()) {
      if (value.isPresent()) {
        section.problem("prompt", "is the short form of request.body; write one of them");
      }
      if (prompt.get() instanceof Mapping mapping) {
        templates.check(mapping, "request.prompt");
      }
      ObjectNode body = PromptSection.read(section.section("prompt"), endpoint, file);
      return body == null ? JsonNodeFactory.instance.objectNode() : body;
    }
    if (value.isEmpty()) {
      section.missing(
          "body",
          "it is the request's body, with {{field}} in its texts; or write request.prompt, its short"
              + " form");
    } else if (value.get() instanceof Mapping mapping) {
      checkSchema(mapping);
      checkRequired(mapping);
      return body(mapping, model);
    } else {
      section.problem("body", "must be a mapping (key: value), but was " + value.get().found());
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private ObjectNode body(Mapping body, String model) {
    body.entries()
        .forEach(
            (key, entry) -> {
              if (BODY_KEYS.contains(key.toLowerCase(Locale.ROOT))) {
                problems.add(
                    entry.value().origin(),
                    "request.body." + key,
                    "would send a key with every document; keys of the provider come from the"
                        + " environment: "
                        + api.keyVariable());
              }
            });
    YamlValue.Entry own = body.entries().get("model");
    if (own != null && !own.value().toJson().asText().equals(model)) {
      problems.add(
          own.value().origin(),
          "request.body.model",
          "must be the same as request.model, or be left out");
    }
    YamlValue.Entry stream = body.entries().get("stream");
    if (stream != null
        && !stream.value().isNull()
        && !stream.value().toJson().equals(JsonNodeFactory.instance.booleanNode(false))) {
      problems.add(
          stream.value().origin(),
          "request.body.stream",
          "a batch can't be streamed; leave it out");
    }
    templates.check(body, "request.body");
    ObjectNode json = body.toJson();
    json.remove("model");
    return json;
  }

  /**
   * Checks the response schema of the body. A schema with templates differs between documents, and
   * can't be checked here.
   */
  private void checkSchema(Mapping body) {
    for (String pointer : endpoint.schemaPointers()) {
      YamlValue schema = body;
      for (String key : pointer.substring(1).split("/", -1)) {
        YamlValue.Entry entry =
            schema instanceof Mapping mapping ? mapping.entries().get(key) : null;
        schema = entry == null ? null : entry.value();
      }
      if (schema instanceof Mapping && !schema.toJson().toString().contains("{{")) {
        MetaSchema.check(schema, "request.body" + pointer.replace('/', '.'), problems);
      }
    }
  }

  private void checkRequired(Mapping body) {
    for (String field : endpoint.required()) {
      if (!body.entries().containsKey(field)) {
        section.problem("body", "needs " + field + ", which " + endpoint.path() + " requires");
      }
    }
  }
}
