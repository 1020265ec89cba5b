package io.beambatch.job;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.job.YamlValue.Sequence;

/**
 * Checks the templates of a request before any document is rendered. Each text is a Mustache
 * template, and {@code {$field: name}} is replaced by a field's JSON value.
 */
final class TemplateSyntax {
  private final Problems problems;

  TemplateSyntax(Problems problems) {
    this.problems = problems;
  }

  /**
   * Checks all texts of a value.
   *
   * @param path of the value in the job file, for messages
   */
  void check(YamlValue value, String path) {
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
      mapping.entries().forEach((key, entry) -> check(entry.value(), Section.join(path, key)));
    } else if (value instanceof Sequence sequence) {
      for (int i = 0; i < sequence.items().size(); i++) {
        check(sequence.items().get(i), Section.join(path, String.valueOf(i)));
      }
    } else if (value instanceof Scalar scalar && scalar.json().isTextual()) {
      try {
        Mustache.compiler()
            .escapeHTML(false)
            .compile(scalar.text())
            .visit(new TemplateCheck(scalar, path));
      } catch (IndexOutOfBoundsException e) {
        // JMustache's exception for a tag without a name, such as {{}} or {{#}}.
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

  /** Reports templates that compile but are certainly mistakes: unclosed tags, and partials. */
  private final class TemplateCheck implements Mustache.Visitor {
    private final Scalar template;
    private final String path;

    TemplateCheck(Scalar template, String path) {
      this.template = template;
      this.path = path;
    }

    @Override
    public void visitText(String text) {
      // {{=<% %>=}} sets other delimiters; after it, braces are text.
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
