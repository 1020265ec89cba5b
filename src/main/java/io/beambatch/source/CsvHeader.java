package io.beambatch.source;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first record of a CSV file.
 *
 * @param fields the names of the columns
 * @param problem why no record of the file can be read, or null if the header is in order
 */
record CsvHeader(List<String> fields, @Nullable String problem) {

  static CsvHeader of(List<String> fields) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < fields.size(); i++) {
      String field = fields.get(i);
      if (field.isEmpty()) {
        return broken("the header has no name for column " + (i + 1) + "; name it");
      }
      if (!seen.add(field)) {
        return broken("the header has the name '" + field + "' twice; rename one");
      }
    }
    return new CsvHeader(fields, null);
  }

  static CsvHeader broken(String problem) {
    return new CsvHeader(List.of(), problem);
  }
}
