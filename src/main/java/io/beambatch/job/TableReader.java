package io.beambatch.job;

import io.beambatch.job.TableSink.CreateDisposition;
import io.beambatch.job.TableSink.Partition;
import io.beambatch.job.TableSink.WriteDisposition;
import org.jspecify.annotations.Nullable;

/** Reads which BigQuery tables a job is about. */
final class TableReader {
  private static final String TABLE = "a table's full name, such as project:dataset.table";
  private static final TableName UNREADABLE = new TableName("", "", "");

  private TableReader() {}

  static TableSource source(Section section) {
    TableSource.Method method = section.oneOf("method", TableSource.Method.DIRECT);
    String query = section.text("query", "a query in GoogleSQL");
    if (section.value("table").isPresent() && section.value("query").isPresent()) {
      section.problem("query", "can't stand beside source.table: give one of them");
    }
    return query != null || section.value("query").isPresent()
        ? new TableSource(null, query, method)
        : new TableSource(table(section, "; or give a source.query"), null, method);
  }

  static TableSink sink(Section section) {
    return new TableSink(
        table(section, ""),
        section.oneOf("write_disposition", WriteDisposition.APPEND),
        section.oneOf("create_disposition", CreateDisposition.IF_NEEDED),
        partition(section));
  }

  static FailuresSpec failures(Section section, SinkSpec sink) {
    TableName table = table(section, "");
    if (sink.table() != null && table.equals(sink.table().table())) {
      section.problem("table", "must not be the sink's table: answers and failures would mix");
    }
    return new FailuresSpec(null, TableSink.appending(table), null);
  }

  /** The table beside the sink's that failures go to if the file names none. */
  static FailuresSpec failuresBeside(TableSink sink) {
    TableName table = sink.table();
    return new FailuresSpec(
        null,
        TableSink.appending(
            new TableName(table.project(), table.dataset(), table.table() + "_failed")),
        null);
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
