package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Finds out why rows with certain columns can't be loaded into a table, or into any table. BigQuery
 * would report it only when it loads them, after everything is paid.
 */
final class SchemaConflicts {
  private static final int LONGEST_NAME = 300;

  /** Prefixes of columns that BigQuery adds itself. */
  private static final List<String> RESERVED =
      List.of(
          "_table_",
          "_file_",
          "_partition",
          "_row_timestamp",
          "__root__",
          "_colidentifier",
          "_change_sequence_number",
          "_change_type",
          "_change_timestamp");

  private final List<String> conflicts = new ArrayList<>();

  private SchemaConflicts() {}

  /**
   * The conflicts, a line each.
   *
   * @param rows the columns of the rows; columns that they lack are null
   */
  static List<String> between(TableSchema rows, TableSchema table) {
    SchemaConflicts found = new SchemaConflicts();
    found.compare("", rows.getFields(), table.getFields());
    return found.conflicts;
  }

  private void compare(String path, List<TableFieldSchema> rows, List<TableFieldSchema> table) {
    Map<String, TableFieldSchema> there = new HashMap<>();
    table.forEach(column -> there.put(column.getName(), column));
    Set<String> names = new HashSet<>();
    for (TableFieldSchema column : rows) {
      String name = path + column.getName();
      if (!names.add(column.getName().toLowerCase(Locale.ROOT))) {
        conflicts.add(name + ": differs from another field only in upper and lower case");
      }
      checkName(name, column.getName());
      TableFieldSchema target = there.remove(column.getName());
      if (target == null) {
        conflicts.add(name + ": the table has no such column (" + shown(column) + ")");
      } else {
        compare(name, column, target);
      }
    }
    there.values().stream()
        .filter(Columns::isRequired)
        .forEach(
            column ->
                conflicts.add(path + column.getName() + ": is required, but no document has it"));
  }

  private void checkName(String path, String name) {
    if (name.length() > LONGEST_NAME) {
      conflicts.add(path + ": BigQuery takes names of at most " + LONGEST_NAME + " characters");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (RESERVED.stream().anyMatch(lower::startsWith)) {
      conflicts.add(path + ": BigQuery keeps names that begin like this for columns of its own");
    }
  }

  private void compare(String name, TableFieldSchema column, TableFieldSchema target) {
    boolean repeated = Columns.isRepeated(column);
    boolean json = Columns.name(target).equals("JSON") && !Columns.isRepeated(target);
    if (json) {
      return; // a column of type JSON accepts anything
    }
    if (repeated != Columns.isRepeated(target) || !fits(column, target)) {
      conflicts.add(name + ": is " + shown(column) + ", but in the table " + shown(target));
      return;
    }
    Long most = target.getMaxLength();
    if (most != null && (column.getMaxLength() == null || column.getMaxLength() > most)) {
      conflicts.add(
          name + ": may be longer than the " + most + " that the table's column holds at most");
    }
    if (Columns.isRequired(target) && !Columns.isRequired(column) && !repeated) {
      conflicts.add(name + ": may be null, but in the table it is required");
    }
    if (Columns.name(column).equals("RECORD")) {
      compare(name + ".", column.getFields(), target.getFields());
    }
  }

  private static boolean fits(TableFieldSchema column, TableFieldSchema target) {
    String from = Columns.name(column);
    String to = Columns.name(target);
    if (target.getPrecision() != null && from.endsWith("NUMERIC") && to.endsWith("NUMERIC")) {
      // Narrower than its type: a value that doesn't fit would show only when everything is paid.
      return column.getPrecision() != null
          && whole(column) <= whole(target)
          && scale(column) <= scale(target);
    }
    if (from.equals(to)) {
      return true;
    }
    return switch (from) {
      case "INTEGER" ->
          target.getPrecision() == null && (to.equals("NUMERIC") || to.equals("BIGNUMERIC"));
      case "NUMERIC" -> to.equals("BIGNUMERIC");
      default -> false;
    };
  }

  private static long whole(TableFieldSchema column) {
    return column.getPrecision() - scale(column);
  }

  private static long scale(TableFieldSchema column) {
    return column.getScale() == null ? 0 : column.getScale();
  }

  private static String shown(TableFieldSchema column) {
    String digits =
        column.getPrecision() == null
            ? ""
            : "(" + column.getPrecision() + ", " + scale(column) + ")";
    return (Columns.isRepeated(column) ? "REPEATED " : "") + Columns.name(column) + digits;
  }
}
