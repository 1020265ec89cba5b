package io.beambatch.schema;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Maps names of fields. Avro allows only letters, digits and underscores; a field with another name
 * in the documents keeps it in the property {@value #ORIGINAL}.
 */
public final class FieldNames {
  /** The property of a field that holds its name in the documents, if it differs. */
  public static final String ORIGINAL = "documentName";

  private final Set<String> taken = new HashSet<>();

  /** Assigns distinct names. */
  public FieldNames() {}

  /** The field's name in the documents. */
  public static String original(Schema.Field field) {
    String original = field.getProp(ORIGINAL);
    return original == null ? field.name() : original;
  }

  /** A nullable field for this name in the documents, with a name that is not assigned yet. */
  Schema.Field nullable(String original, Schema type) {
    String name = free(original);
    Schema.Field field =
        new Schema.Field(name, Types.nullable(type), null, Schema.Field.NULL_VALUE);
    if (!name.equals(original)) {
      field.addProp(ORIGINAL, original);
    }
    return field;
  }

  /** Reserves a name. */
  public void take(String name) {
    taken.add(name);
  }

  /** An unassigned name for this one. */
  public String free(String original) {
    String name = valid(original);
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "_" + i;
    }
    return free;
  }

  /** A similar name that Avro allows. */
  public static String valid(String name) {
    StringBuilder valid = new StringBuilder(name.length() + 1);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (i == 0 && digit) {
        valid.append('_');
      }
      valid.append(letter || digit ? c : '_');
    }
    return valid.isEmpty() ? "_" : valid.toString();
  }
}
