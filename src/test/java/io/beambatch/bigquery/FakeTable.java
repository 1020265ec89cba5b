package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table of the fake: what is known of it, and its rows by column. */
final class FakeTable {
  private final Table table;
  private final List<Map<String, Object>> rows = new ArrayList<>();

  FakeTable(Table table) {
    this.table = table;
  }

  Table table() {
    return table;
  }

  List<TableFieldSchema> columns() {
    return table.getSchema().getFields();
  }

  List<Map<String, Object>> rows() {
    return rows;
  }
}
