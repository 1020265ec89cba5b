package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.json.JsonText;
import io.beambatch.json.LineReader;
import org.jspecify.annotations.Nullable;

/** Turns each line into a document with a field {@code text}. */
final class TextLines implements RecordParser {
  static final String TEXT = "text";

  private final String file;
  private final @Nullable IdField idField;

  TextLines(String file, @Nullable String idField) {
    this.file = file;
    this.idField = IdField.of(idField);
  }

  @Override
  public @Nullable Document parse(LineReader record) throws InvalidRecordException {
    if (Utf8.blank(record.buffer(), record.start(), record.end())) {
      return null;
    }
    String text = Utf8.text(record.buffer(), record.start(), record.end());
    String json = new JsonText().put(TEXT, text).build();
    if (idField == null) {
      return new Document(file + ":" + record.number(), json);
    }
    if (!idField.name().equals(TEXT)) {
      throw new InvalidRecordException(idField.missing(), json);
    }
    return new Document(text, json);
  }
}
