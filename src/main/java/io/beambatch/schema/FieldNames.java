package io.beambatch.schema;

import java.util.HashSet;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Names of fields. Avro takes letters, digits and underscores only; a field that is called
 * otherwise in the documents has its own name in the property {@value #ORIGINAL}.
 */
public final class FieldNames {
  /** The property of a field that holds its name in the documents, if that is another. */
  public static final String ORIGINAL = "documentName";

  private final Set<String> taken = new HashSet<>();

  /** Gives out names that differ from each other. */
  public FieldNames() {}

  /** The field's name in the documents. */
  public static String original(Schema.Field field) {
    String original = field.getProp(ORIGINAL);
    return original == null ? field.name() : original;
  }

  /** A nullable field of this name in the documents, which is not among those made so far. */
  Schema.Field nullable(String original, Schema type) {
    String name = free(original);
    Schema.Field field =
        new Schema.Field(name, Types.nullable(type), null, Schema.Field.NULL_VALUE);
    if (!name.equals(original)) {
      field.addProp(ORIGINAL, original);
    }
    return field;
  }

  /** Keeps a name from being given out. */
  public void take(String name) {
    taken.add(name);
  }

  /** A name for this one that was not given out before. */
  public String free(String original) {
    String name = valid(original);
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "_" + i;
    }
    return free;
  }

  /** The nearest name that Avro takes. */
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
