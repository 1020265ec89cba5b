package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.json.LineReader;
import org.jspecify.annotations.Nullable;

/**
 * Turns each element of a JSON array, or each value of a file, into a document; its text is kept,
 * but put on one line.
 */
final class JsonElements implements RecordParser {
  private final JsonRecords records;

  JsonElements(String file, @Nullable String idField) {
    this.records = new JsonRecords(file, idField);
  }

  @Override
  public @Nullable Document parse(LineReader record) throws InvalidRecordException {
    byte[] bytes = record.buffer();
    int from = afterBlanks(bytes, record.start(), record.end());
    boolean first = record.number() == 1;
    if (from < record.end() && (bytes[from] == ',' || (first && bytes[from] == '['))) {
      from = afterBlanks(bytes, from + 1, record.end());
    }
    int to = record.end();
    while (to > from && Utf8.space(bytes[to - 1])) {
      to--;
    }
    if (to > from && bytes[to - 1] == ',') {
      to--;
    }
    if (to - from == 1 && bytes[from] == ']') {
      return null;
    }
    try {
      Document document = records.parse(bytes, from, to, record.number());
      return document == null ? null : new Document(document.id(), onOneLine(document.json()));
    } catch (InvalidRecordException e) {
      throw e.json() == null
          ? e
          : new InvalidRecordException(String.valueOf(e.getMessage()), onOneLine(e.json()));
    }
  }

  private static int afterBlanks(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && Utf8.space(bytes[at])) {
      at++;
    }
    return at;
  }

  /** Between tokens, line ends are white space; anywhere else, parsing has rejected them. */
  private static String onOneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }
}
