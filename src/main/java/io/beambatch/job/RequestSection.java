package io.beambatch.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what is asked about each document. */
final class RequestSection {
  private final Section section;
  private final Problems problems;

  private RequestSection(Section section, Problems problems) {
    this.section = section;
    this.problems = problems;
  }

  static RequestSpec read(Section section, Problems problems) {
    return new RequestSection(section, problems).read();
  }

  private RequestSpec read() {
    RequestSpec.Provider provider = section.oneOf("provider", RequestSpec.Provider.OPENAI);
    String model = section.requiredText("model", "the model's name, such as gpt-4o-mini");
    if (model.contains("{{")) {
      section.problem("model", "can't be a template: a batch has one model");
    }
    return new RequestSpec(
        provider, baseUrl(), section.oneOf("endpoint", Endpoint.paths()), model, body(model));
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
      } else if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
        section.problem("base_url", "must be " + expected + ", without '?' and '#'");
      }
    } catch (URISyntaxException e) {
      section.problem("base_url", "must be " + expected + "; " + e.getReason());
    }
    return text;
  }

  private ObjectNode body(String model) {
    Optional<YamlValue> value = section.value("body");
    if (value.isEmpty()) {
      section.missing("body", "it is the request's body, with {{field}} in its texts");
    } else if (value.get() instanceof Mapping mapping) {
      return body(mapping, model);
    } else {
      section.problem("body", "must be a mapping (key: value), but was " + value.get().found());
    }
    return JsonNodeFactory.instance.objectNode();
  }

  private ObjectNode body(Mapping body, String model) {
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

  private void checkTemplates(YamlValue value, String path) {
    if (value instanceof Mapping mapping) {
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
        // JMustache's way of finding a tag without a name, such as {{}} or {{#}}.
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

  /** Reports what compiles, but can't be meant: open ends, and templates within templates. */
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
