package io.beambatch.records;

import io.beambatch.schema.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * Assembles a row from its columns' values, which Parquet delivers one by one. {@link
 * ParquetSchema} gives the row's Avro schema; its rules for lists, maps and unions are followed
 * here.
 */
final class ParquetConverters extends RecordMaterializer<GenericRecord> {
  /** More values than any document has; a larger claim would exhaust memory. */
  private static final int MOST_VALUES = 20_000_000;

  private final Group root;
  private @Nullable GenericRecord row;
  private int values;

  ParquetConverters(MessageType columns, Schema schema) {
    this.root = record(columns, schema, record -> row = (GenericRecord) record);
  }

  @Override
  public GenericRecord getCurrentRecord() {
    values = 0;
    GenericRecord read = row;
    if (read == null) {
      throw new IllegalStateException("the row is not there");
    }
    return read;
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private void count() {
    if (++values > MOST_VALUES) {
      throw new IllegalStateException("it has more than " + MOST_VALUES + " values");
    }
  }

  private Converter field(Type column, Schema type, Consumer<Object> to) {
    Schema value = ParquetSchema.unwrapped(type);
    if (column.isPrimitive()) {
      return new ParquetValues(
          value,
          read -> {
            count();
            to.accept(read);
          });
    }
    GroupType group = column.asGroupType();
    return switch (value.getType()) {
      case ARRAY -> list(group, value, to);
      case MAP -> map(group, value, to);
      case UNION -> union(group, value, to);
      default -> record(group, value, to);
    };
  }

  private Group record(GroupType group, Schema type, Consumer<Object> to) {
    Group record = new Group(group.getFieldCount());
    for (int i = 0; i < group.getFieldCount(); i++) {
      int place = i;
      Type column = group.getType(i);
      Schema field = type.getFields().get(i).schema();
      if (column.isRepetition(Repetition.REPEATED)) {
        // A list without a group of its own.
        record.children[i] =
            field(column, field.getElementType(), item -> items(record.values[place]).add(item));
        record.lists.put(i, field);
      } else {
        record.children[i] = field(column, field, value -> record.values[place] = value);
      }
    }
    record.end =
        () -> {
          GenericData.Record made = new GenericData.Record(type);
          for (int i = 0; i < record.values.length; i++) {
            made.put(i, record.values[i]);
          }
          to.accept(made);
        };
    return record;
  }

  @SuppressWarnings("unchecked") // Group.start puts arrays of objects where lists are
  private static List<Object> items(Object list) {
    return (List<Object>) list;
  }

  private Converter list(GroupType group, Schema type, Consumer<Object> to) {
    Group list = new Group(1);
    list.lists.put(0, type);
    list.end = () -> to.accept(list.values[0]);
    GroupType entry = ParquetSchema.entry(group);
    if (entry != null) {
      list.children[0] =
          record(entry, type.getElementType(), item -> items(list.values[0]).add(item));
      return list;
    }
    Type repeated = group.getType(0);
    Type element = ParquetSchema.element(group);
    if (element == null) {
      throw new IllegalStateException("no list");
    }
    Consumer<Object> add = item -> items(list.values[0]).add(item);
    if (repeated.equals(element)) {
      list.children[0] = field(element, type.getElementType(), add);
      return list;
    }
    Group item = new Group(1);
    item.children[0] = field(element, type.getElementType(), value -> item.values[0] = value);
    item.end = () -> add.accept(item.values[0]);
    list.children[0] = item;
    return list;
  }

  private Converter map(GroupType group, Schema type, Consumer<Object> to) {
    GroupType entries = group.getType(0).asGroupType();
    Group map = new Group(1);
    map.start = () -> map.values[0] = new AvroMap();
    map.end = () -> to.accept(map.values[0]);
    Group entry = new Group(entries.getFieldCount());
    entry.children[0] = field(entries.getType(0), Types.string(), key -> entry.values[0] = key);
    if (entries.getFieldCount() > 1) {
      entry.children[1] =
          field(entries.getType(1), type.getValueType(), value -> entry.values[1] = value);
    }
    entry.end =
        () ->
            ((AvroMap) map.values[0])
                .add(entry.values[0], entry.values.length > 1 ? entry.values[1] : null);
    map.children[0] = entry;
    return map;
  }

  private Converter union(GroupType group, Schema type, Consumer<Object> to) {
    List<Schema> branches = ParquetSchema.branches(type);
    Group union = new Group(1);
    Converter[] members = new Converter[branches.size()];
    for (int i = 0; i < members.length; i++) {
      members[i] = field(group.getType(i), branches.get(i), value -> union.values[0] = value);
    }
    union.children = members;
    union.end = () -> to.accept(union.values[0]);
    return union;
  }

  /** Collects the values of a group's fields until it ends. */
  private final class Group extends GroupConverter {
    private final Object[] values;
    private final Map<Integer, Schema> lists = new LinkedHashMap<>();
    private Converter[] children;
    private Runnable start = () -> {};
    private Runnable end = () -> {};

    Group(int fields) {
      this.values = new Object[fields];
      this.children = new Converter[fields];
    }

    @Override
    public Converter getConverter(int field) {
      return children[field];
    }

    @Override
    public void start() {
      count();
      Arrays.fill(values, null);
      lists.forEach(
          (place, list) -> values[place] = new GenericData.Array<>(list, new ArrayList<>()));
      start.run();
    }

    @Override
    public void end() {
      end.run();
    }
  }
}
