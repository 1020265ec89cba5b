package io.beambatch.document;

import io.beambatch.json.JsonSlice;
import io.beambatch.json.ObjectEditor;
import java.io.IOException;
import java.util.Set;

/**
 * The fields that a run adds to a document: {@link #BATCH} if it was answered, {@link #FAILURE} if
 * not. They are not part of the document: a run that reads another's output drops them.
 */
public final class ReservedFields {
  /** The field that says how a document was answered. */
  public static final String BATCH = "_batch";

  /** The field that says why a document failed. */
  public static final String FAILURE = "_failure";

  private static final Set<String> ALL = Set.of(BATCH, FAILURE);

  private ReservedFields() {}

  /** Returns whether a field is one of them. */
  public static boolean has(String field) {
    return ALL.contains(field);
  }

  /** A JSON object without these fields at its top level. */
  public static JsonSlice drop(JsonSlice object) throws IOException {
    return ObjectEditor.without(object, ALL);
  }
}
