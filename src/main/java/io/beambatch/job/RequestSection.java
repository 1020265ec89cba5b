package io.beambatch.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.SafeText;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code request}. */
final class RequestSection {
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]{1,512}");
  private static final Set<String> CLIENTS_OWN =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "accept",
          "accept-encoding",
          "user-agent");

  /** Keys that clients take as arguments: no endpoint has them in its body. */
  private static final Set<String> BODY_KEYS =
      Set.of("api_key", "api-key", "apikey", "authorization", "x-api-key");

  private final Section section;
  private final Problems problems;
  private final RequestSpec.Provider provider;

  private RequestSection(Section section, Problems problems) {
    this.section = section;
    this.problems = problems;
    this.provider = section.oneOf("provider", RequestSpec.Provider.OPENAI);
  }

  /**
   * Reads the section.
   *
   * @param file the job file; a schema's path starts at its folder
   */
  static RequestSpec read(Section section, String file, Problems problems) {
    return new RequestSection(section, problems).read(file);
  }

  private RequestSpec read(String file) {
    String model = section.requiredText("model", "the model's name, such as gpt-4o-mini");
    if (model.contains("{{")) {
      Capabilities can = provider.capabilities();
      section.problem(
          "model",
          can.mixedModels()
              ? "can't be a template: a job has one model, although a batch of "
                  + can.name()
                  + " may have several; make a job for each"
              : "can't be a template: a batch has one model");
    }
    String endpoint = endpoint();
    return new RequestSpec(
        provider,
        baseUrl(),
        headers(),
        endpoint,
        model,
        cached(body(model, endpoint, file), endpoint));
  }

  /** Older APIs of Azure name their endpoints without {@code /v1}. */
  private String endpoint() {
    List<String> paths = provider.api().endpoints().stream().map(Endpoint::path).toList();
    Optional<YamlValue> value = section.value("endpoint");
    if (value.isEmpty()) {
      return paths.get(0);
    }
    if (value.get() instanceof Scalar scalar && paths.contains("/v1" + scalar.text())) {
      return scalar.text();
    }
    return section.oneOf("endpoint", paths);
  }

  private Map<String, String> headers() {
    Optional<YamlValue> value = section.value("headers");
    if (value.isEmpty()) {
      return Map.of();
    }
    if (!(value.get() instanceof Mapping mapping)) {
      section.problem("headers", "must be a mapping (name: value), but was " + value.get().found());
      return Map.of();
    }
    Map<String, String> headers = new HashMap<>();
    mapping
        .entries()
        .forEach(
            (name, entry) -> {
              String problem = headerProblem(name, entry.value());
              if (problem == null) {
                headers.put(name, ((Scalar) entry.value()).text());
              } else {
                problems.add(entry.value().origin(), "request.headers." + name, problem);
              }
            });
    return headers;
  }

  /** What is wrong with a header, or null. It never shows the value, which may be a key. */
  private @Nullable String headerProblem(String name, YamlValue value) {
    String text = value instanceof Scalar scalar && !value.isNull() ? scalar.text() : "";
    if (JobKeys.secret(name) || !SafeText.line(text).equals(text.strip())) {
      return "looks like a key; keys of the provider come from the environment: "
          + provider.api().keyVariable();
    }
    if (CLIENTS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
      return "is written by the client itself";
    }
    if (!HEADER_NAME.matcher(name).matches() || !HEADER_VALUE.matcher(text).matches()) {
      return "must be a header: a name without blanks, and a value of ASCII characters on one line";
    }
    return null;
  }

  private @Nullable String baseUrl() {
    String expected = "the address of a server, such as http://127.0.0.1:8080/v1";
    String text = section.text("base_url", expected);
    if (text == null) {
      return null;
    }
    try {
      URI uri = new URI(text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (uri.getRawUserInfo() != null) {
        section.problem("base_url", "must not carry a user or a password");
      } else if (!http || uri.getHost() == null) {
        section.problem("base_url", "must be " + expected);
      } else if (uri.getRawFragment() != null
          || (uri.getRawQuery() != null && !uri.getRawQuery().startsWith("api-version="))) {
        section.problem(
            "base_url", "must be " + expected + ", with nothing but ?api-version=… after the path");
      }
    } catch (URISyntaxException e) {
      section.problem("base_url", "must be " + expected + "; " + e.getReason());
    }
    return text;
  }

  /** Marks what all requests begin with, so that the provider keeps it in its cache. */
  private ObjectNode cached(ObjectNode body, String endpoint) {
    if (!section.flag("cache") || body.isEmpty()) {
      return body;
    }
    ObjectNode marked = provider.api().endpoint(endpoint).cached(body);
    if (marked == null) {
      section.problem(
          "cache",
          "has nothing to keep: requests have no tool, no system prompt and no first message without"
              + " a {{field}} in it; write what is the same in all requests there");
      return body;
    }
    return marked;
  }

  private ObjectNode body(String model, String endpoint, String file) {
    Optional<YamlValue> value = section.value("body");
    Optional<YamlValue> prompt = section.value("prompt");
    if (prompt.isPresent()) {
      if (value.isPresent()) {
        section.problem("prompt", "is the short form of request.body; write one of them");
      }
      if (prompt.get() instanceof Mapping mapping) {
        checkTemplates(mapping, "request.prompt");
      }
      ObjectNode body =
          PromptSection.read(section.section("prompt"), provider.api().endpoint(endpoint), file);
      return body == null ? JsonNodeFactory.instance.objectNode() : body;
    }
    if (value.isEmpty()) {
      section.missing(
          "body",
          "it is the request's body, with {{field}} in its texts; or write request.prompt, its short"
              + " form");
    } else if (value.get() instanceof Mapping mapping) {
      checkSchema(mapping, endpoint);
      checkRequired(mapping, endpoint);
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
                        + provider.api().keyVariable());
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
    checkTemplates(body, "request.body");
    ObjectNode json = body.toJson();
    json.remove("model");
    return json;
  }

  /**
   * Checks the schema that the body asks for. With templates in it, each document would have
   * another one, which is not known here.
   */
  private void checkSchema(Mapping body, String endpoint) {
    for (String pointer : provider.api().endpoint(endpoint).schemaPointers()) {
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

  private void checkRequired(Mapping body, String endpoint) {
    for (String field : provider.api().endpoint(endpoint).required()) {
      if (!body.entries().containsKey(field)) {
        section.problem("body", "needs " + field + ", which " + endpoint + " requires");
      }
    }
  }

  private void checkTemplates(YamlValue value, String path) {
    if (value instanceof Mapping mapping) {
      YamlValue.Entry field = mapping.entries().get("$field");
      if (field != null
          && (mapping.entries().size() > 1 || field.value().toJson().asText().isBlank())) {
        problems.add(
            field.value().origin(),
            Section.join(path, "$field"),
            "must be the only key of its mapping, and name a field: {$field: messages} stands for"
                + " the JSON value of that field");
      }
      mapping
          .entries()
          .forEach((key, entry) -> checkTemplates(entry.value(), Section.join(path, key)));
    } else if (value instanceof Sequence sequence) {
      for (int i = 0; i < sequence.items().size(); i++) {
        checkTemplates(sequence.items().get(i), Section.join(path, String.valueOf(i)));
      }
    } else if (value instanceof Scalar scalar && scalar.json().isTextual()) {
      try {
        Mustache.compiler()
            .escapeHTML(false)
            .compile(scalar.text())
            .visit(new TemplateCheck(scalar, path));
      } catch (IndexOutOfBoundsException e) {
        // This is how JMustache fails at a tag without a name, such as {{}} or {{#}}.
        problems.add(scalar.origin(), path, "isn't a valid template: a tag has no name");
      } catch (MustacheException e) {
        // The message may quote the template, over several lines.
        problems.add(
            scalar.origin(),
            path,
            "isn't a valid template: "
                + Scalar.shown(String.valueOf(e.getMessage()).replaceAll("\\s+", " ")));
      }
    }
  }

  /** Reports what compiles but is certainly a mistake: unclosed tags, and partials. */
  private final class TemplateCheck implements Mustache.Visitor {
    private final Scalar template;
    private final String path;

    TemplateCheck(Scalar template, String path) {
      this.template = template;
      this.path = path;
    }

    @Override
    public void visitText(String text) {
      // {{=<% %>=}} sets other delimiters; braces are texts after that.
      if (text.contains("{{") && !template.text().contains("{{=")) {
        problems.add(
            template.origin(), path, "isn't a valid template: a '{{' is not closed with '}}'");
      }
    }

    @Override
    public void visitVariable(String name) {}

    @Override
    public boolean visitInclude(String name) {
      problems.add(
          template.origin(), path, "includes {{>" + name + "}}; there are no templates to include");
      return false;
    }

    @Override
    public boolean visitParent(String name) {
      problems.add(
          template.origin(), path, "includes {{<" + name + "}}; there are no templates to include");
      return false;
    }

    @Override
    public boolean visitSection(String name) {
      return true;
    }

    @Override
    public boolean visitInvertedSection(String name) {
      return true;
    }
  }
}
