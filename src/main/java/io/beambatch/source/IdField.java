package io.beambatch.source;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The field that identifies a document: a field with exactly this name or, if there is none, a path
 * of field names separated by dots.
 */
record IdField(String name, List<String> steps) {

  /** The field with a name; null for null. */
  static @Nullable IdField of(@Nullable String name) {
    return name == null ? null : new IdField(name, Arrays.asList(name.split("\\.", -1)));
  }

  /** The problem of a document that lacks it. */
  String missing() {
    return "no value in the id field '" + name + "'; add one, or change source.id";
  }
}
