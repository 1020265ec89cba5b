package io.beambatch.schema;

import java.io.IOException;

/** A value doesn't fit its schema. The message names the field and the types, not the value. */
public final class MismatchException extends IOException {
  private final String path;
  private final String problem;

  MismatchException(String problem) {
    this("", problem);
  }

  private MismatchException(String path, String problem) {
    super(path.isEmpty() ? problem : "field '" + path + "': " + problem);
    this.path = path;
    this.problem = problem;
  }

  /** The same error with an outer field prefixed to its path. */
  MismatchException within(String field) {
    return new MismatchException(
        path.isEmpty() ? field : field + (path.startsWith("[") ? "" : ".") + path, problem);
  }
}
