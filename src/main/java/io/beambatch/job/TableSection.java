package io.beambatch.job;

import io.beambatch.job.TableDestination.CreateDisposition;
import io.beambatch.job.TableDestination.Partition;
import io.beambatch.job.TableDestination.WriteDisposition;
import org.jspecify.annotations.Nullable;

/** Reads the keys of BigQuery sources and destinations. */
final class TableSection {
  private static final String TABLE = "a table's full name, such as project:dataset.table";
  private static final TableName UNREADABLE = new TableName("", "", "");

  private TableSection() {}

  static TableSource source(Section section, @Nullable String id) {
    TableSource.Method method = section.oneOf("method", TableSource.Method.DIRECT);
    String query = section.text("query", "a query in GoogleSQL");
    if (section.value("table").isPresent() && section.value("query").isPresent()) {
      section.problem("query", "can't be combined with source.table: give one of them");
    }
    return query != null || section.value("query").isPresent()
        ? new TableSource(null, query, method, id)
        : new TableSource(table(section, "; or give a source.query"), null, method, id);
  }

  static TableDestination answers(Section section) {
    return new TableDestination(
        table(section, ""),
        section.oneOf("write_disposition", WriteDisposition.APPEND),
        section.oneOf("create_disposition", CreateDisposition.IF_NEEDED),
        partition(section));
  }

  static TableDestination failures(Section section) {
    return TableDestination.appending(table(section, ""));
  }

  private static @Nullable Partition partition(Section section) {
    if (section.value("partition").isEmpty()) {
      return null;
    }
    Section partition = section.section("partition");
    return new Partition(
        partition.text("field", "the name of a column"),
        partition.oneOf("type", Partition.Type.DAY));
  }

  private static TableName table(Section section, String alternative) {
    String text = section.text("table", TABLE);
    if (text == null) {
      if (section.value("table").isEmpty()) {
        section.missing("table", "it is " + TABLE + alternative);
      }
      return UNREADABLE;
    }
    return TableName.parse(text)
        .orElseGet(
            () -> {
              section.problem(
                  "table", "must be " + TABLE + ", but was '" + YamlValue.Scalar.shown(text) + "'");
              return UNREADABLE;
            });
  }
}
