package io.beambatch.source;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The field that names a document: a field of the document by its full name, else a path of field
 * names with dots between.
 */
record IdField(String name, List<String> steps) {

  /** The field of that name; null for null. */
  static @Nullable IdField of(@Nullable String name) {
    return name == null ? null : new IdField(name, Arrays.asList(name.split("\\.", -1)));
  }

  /** What is wrong with a document that doesn't have it. */
  String missing() {
    return "no value in the id field '" + name + "'; add one, or change source.id";
  }
}
