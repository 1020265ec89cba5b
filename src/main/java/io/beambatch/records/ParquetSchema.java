package io.beambatch.records;

import io.beambatch.schema.FieldNames;
import io.beambatch.schema.SchemaRewrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * A Parquet file's columns as Avro's types. Parquet lets fields be called anything; those that Avro
 * doesn't take are read under other names, and keep their own for the documents.
 *
 * @param columns the file's, renamed where need be
 * @param metadata what the writer noted about the file
 * @param stored the type of the records that are read
 * @param documents the type of the documents: as stored, but old timestamps of 12 bytes are
 *     microseconds
 * @param originals the file's own columns
 */
record ParquetSchema(
    MessageType columns,
    Map<String, String> metadata,
    Schema stored,
    Schema documents,
    MessageType originals) {
  private static final List<String> NOTED = List.of("parquet.avro.schema", "avro.schema");

  static ParquetSchema of(
      MessageType originals, Map<String, String> metadata, ParquetConfiguration configuration) {
    Optional<String> noted =
        NOTED.stream().map(metadata::get).filter(schema -> schema != null).findFirst();
    if (noted.isPresent()) {
      Schema schema = new Schema.Parser().parse(noted.get());
      return new ParquetSchema(originals, metadata, schema, documents(schema), originals);
    }
    Renaming renaming = new Renaming();
    MessageType columns =
        new MessageType(FieldNames.valid(originals.getName()), renaming.fields(originals));
    Schema converted = new AvroSchemaConverter(configuration).convert(columns);
    Schema stored = SchemaRewrite.withNames(converted, renaming.originals);
    return new ParquetSchema(columns, metadata, stored, documents(stored), originals);
  }

  private static Schema documents(Schema stored) {
    return SchemaRewrite.replace(
        stored,
        type ->
            SchemaRewrite.isInt96(type)
                ? LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG))
                : type);
  }

  /** A row group, whose columns can be asked for by their new names. */
  PageReadStore renamed(PageReadStore group) {
    if (columns.equals(originals)) {
      return group;
    }
    List<ColumnDescriptor> own = originals.getColumns();
    Map<List<String>, ColumnDescriptor> byNewPath = new HashMap<>();
    for (int i = 0; i < own.size(); i++) {
      byNewPath.put(List.of(columns.getColumns().get(i).getPath()), own.get(i));
    }
    return new Renamed(group, byNewPath);
  }

  /** Asks a row group for columns by the names that the file has. */
  private record Renamed(PageReadStore group, Map<List<String>, ColumnDescriptor> byNewPath)
      implements PageReadStore {
    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
      return group.getPageReader(byNewPath.get(List.of(column.getPath())));
    }

    @Override
    public long getRowCount() {
      return group.getRowCount();
    }
  }

  /** Gives fields names that Avro takes; new ones differ from all others. */
  private static final class Renaming {
    private final Map<String, String> originals = new HashMap<>();
    private final Set<String> taken = new HashSet<>();

    List<Type> fields(GroupType group) {
      collect(group);
      return rename(group);
    }

    private void collect(GroupType group) {
      for (Type field : group.getFields()) {
        taken.add(field.getName());
        if (!field.isPrimitive()) {
          collect(field.asGroupType());
        }
      }
    }

    private List<Type> rename(GroupType group) {
      List<Type> fields = new ArrayList<>();
      for (Type field : group.getFields()) {
        String name = name(field.getName());
        fields.add(
            field.isPrimitive()
                ? primitive(field, name)
                : Types.buildGroup(field.getRepetition())
                    .as(field.getLogicalTypeAnnotation())
                    .addFields(rename(field.asGroupType()).toArray(Type[]::new))
                    .named(name));
      }
      return fields;
    }

    private static Type primitive(Type field, String name) {
      PrimitiveType type = field.asPrimitiveType();
      return type.getName().equals(name)
          ? type
          : Types.primitive(type.getPrimitiveTypeName(), type.getRepetition())
              .length(type.getTypeLength())
              .as(type.getLogicalTypeAnnotation())
              .named(name);
    }

    private String name(String original) {
      String valid = FieldNames.valid(original);
      if (valid.equals(original)) {
        return original;
      }
      String free = valid;
      for (int i = 2; !taken.add(free); i++) {
        free = valid + "_" + i;
      }
      originals.put(free, original);
      return free;
    }
  }
}
