package io.beambatch.schema;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/**
 * The codec of unions. A value is written plainly if the JSON shows its type: always in the union
 * of null and one type, in others if no two types look alike. Otherwise, as for a string and bytes,
 * a value is in an object whose only field is the name of its type, as in Avro's own JSON: {@code
 * {"bytes": "AAE="}}.
 */
final class UnionCodec implements ValueCodec {
  private final Schema schema;
  private final List<ValueCodec> branches;
  private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
  private final boolean tagged;
  private final int only;

  UnionCodec(Schema schema, List<ValueCodec> branches) {
    this.schema = schema;
    this.branches = branches;
    boolean alike = false;
    int values = 0;
    int last = -1;
    for (int i = 0; i < branches.size(); i++) {
      Set<Kind> own = branches.get(i).kinds();
      if (own.stream().anyMatch(kinds::contains)) {
        alike = true;
      }
      kinds.addAll(own);
      if (schema.getTypes().get(i).getType() != Schema.Type.NULL) {
        values++;
        last = i;
      }
    }
    tagged = alike && values > 1;
    only = values == 1 ? last : -1;
  }

  @Override
  public Set<Kind> kinds() {
    return tagged ? EnumSet.of(Kind.NULL, Kind.OBJECT) : kinds;
  }

  @Override
  public void write(@Nullable Object value, JsonGenerator out) throws IOException {
    if (value == null) {
      out.writeNull();
      return;
    }
    if (value instanceof UnreadableValue unreadable) {
      throw new MismatchException(unreadable.problem());
    }
    int index = only >= 0 ? only : GenericData.get().resolveUnion(schema, value);
    if (tagged) {
      out.writeStartObject();
      out.writeFieldName(schema.getTypes().get(index).getFullName());
    }
    branches.get(index).write(value, out);
    if (tagged) {
      out.writeEndObject();
    }
  }

  @Override
  public @Nullable Object read(JsonSource in) throws IOException {
    Kind kind = in.kind();
    if (kind == Kind.NULL && schema.isNullable()) {
      return null;
    }
    if (tagged) {
      return readTagged(in);
    }
    if (only >= 0) {
      return branches.get(only).read(in);
    }
    int index = indexOf(kind);
    if (index < 0 && kind == Kind.INTEGER) {
      index = indexOf(Kind.FRACTION);
    }
    if (index < 0) {
      throw in.mismatch("one of the types of its union");
    }
    return branches.get(index).read(in);
  }

  private int indexOf(Kind kind) {
    for (int i = 0; i < branches.size(); i++) {
      if (branches.get(i).kinds().contains(kind)) {
        return i;
      }
    }
    return -1;
  }

  private @Nullable Object readTagged(JsonSource in) throws IOException {
    if (in.kind() != Kind.OBJECT || in.parser().nextToken() != JsonToken.FIELD_NAME) {
      throw new MismatchException("should be an object that names its type");
    }
    Integer index = schema.getIndexNamed(in.parser().currentName());
    if (index == null) {
      throw new MismatchException("should be an object that names a type of its union");
    }
    in.parser().nextToken();
    Object value = branches.get(index).read(in);
    if (in.parser().nextToken() != JsonToken.END_OBJECT) {
      throw new MismatchException("should be an object with one field, named as its type");
    }
    return value;
  }
}
