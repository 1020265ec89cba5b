package io.beambatch.request;

import com.samskivert.mustache.Mustache;
import java.util.Set;

/**
 * Collects the top-level fields that a template could name. Inside a section, a name may be a field
 * of the section's object or of the document: it counts as both.
 */
final class TemplateFields implements Mustache.Visitor {
  private final Set<String> names;

  TemplateFields(Set<String> names) {
    this.names = names;
  }

  @Override
  public void visitText(String text) {}

  @Override
  public void visitVariable(String name) {
    add(name);
  }

  @Override
  public boolean visitInclude(String name) {
    return true;
  }

  @Override
  public boolean visitSection(String name) {
    add(name);
    return true;
  }

  @Override
  public boolean visitInvertedSection(String name) {
    add(name);
    return true;
  }

  private void add(String name) {
    names.add(name);
    int dot = name.indexOf('.');
    if (dot > 0) {
      names.add(name.substring(0, dot));
    }
  }
}
