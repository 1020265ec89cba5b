package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.document.Document;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.LineReader;
import io.beambatch.json.LoneSurrogates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns each line with a JSON object into a document; its text is kept unchanged. */
public final class JsonRecords implements RecordParser {
  private final String file;
  private final @Nullable IdField idField;

  /**
   * @param file the file's name, for documents that have no id of their own
   * @param idField the field that identifies a document, or null
   */
  public JsonRecords(String file, @Nullable String idField) {
    this.file = file;
    this.idField = IdField.of(idField);
  }

  @Override
  public @Nullable Document parse(LineReader record) throws InvalidRecordException {
    return parse(record.buffer(), record.start(), record.end(), record.number());
  }

  /**
   * The document in a JSON object; null if the bytes are blank.
   *
   * @param number of the line or record, for documents that have no id of their own
   */
  public @Nullable Document parse(byte[] bytes, int from, int to, long number)
      throws InvalidRecordException {
    Trimmed object = Trimmed.of(bytes, from, to);
    if (object.from() == object.to()) {
      return null;
    }
    String text = Utf8.text(bytes, object.from(), object.to());
    JsonScan scan = scan(bytes, object, text);
    PartitionColumns columns = columns(scan);
    try {
      Document unwrapped = unwrap(scan, number);
      if (unwrapped == null) {
        return document(bytes, object, text, scan, number);
      }
      return columns == null ? unwrapped : columns.addTo(unwrapped);
    } catch (InvalidRecordException e) {
      if (columns == null || e.json() == null) {
        throw e;
      }
      throw new InvalidRecordException(
          Objects.requireNonNull(e.getMessage()), columns.addToFailed(e.json()));
    }
  }

  private static @Nullable PartitionColumns columns(JsonScan scan) {
    try {
      return scan.columns();
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  /** The document inside a failed record of an earlier run; null if it isn't one. */
  private @Nullable Document unwrap(JsonScan scan, long number) throws InvalidRecordException {
    CsvRow row = scan.csvRow();
    String line = scan.line();
    if (row != null && line != null) {
      return row.document(line, idField == null ? null : idField.name(), file + ":" + number);
    }
    String wrapped = scan.wrappedLine();
    return wrapped == null ? null : unwrap(wrapped, number);
  }

  /** A failed line of an earlier run is read again as if it were this line. */
  private Document unwrap(String line, long number) throws InvalidRecordException {
    try {
      byte[] bytes = line.getBytes(UTF_8);
      Trimmed object = Trimmed.of(bytes, 0, bytes.length);
      String text = Utf8.text(bytes, object.from(), object.to());
      JsonScan scan = scan(bytes, object, text);
      // Between tokens, a line feed is white space; anywhere else, the scan has rejected it.
      String oneLine = text.replace('\n', ' ');
      byte[] flat = oneLine.getBytes(UTF_8);
      return document(flat, new Trimmed(0, flat.length), oneLine, scan, number);
    } catch (InvalidRecordException e) {
      String json = e.json() == null ? SourceRecord.line(line) : e.json();
      throw new InvalidRecordException(e.getMessage() + " (in " + SourceRecord.LINE + ")", json);
    }
  }

  private JsonScan scan(byte[] bytes, Trimmed object, String text) throws InvalidRecordException {
    JsonScan scan = JsonScan.of(bytes, object.from(), object.to(), idField);
    if (LoneSurrogates.in(text)) {
      throw new InvalidRecordException(LoneSurrogates.WORDS);
    }
    return scan;
  }

  private Document document(byte[] bytes, Trimmed object, String text, JsonScan scan, long line)
      throws InvalidRecordException {
    String json =
        scan.reserved() ? SourceJson.withoutReserved(bytes, object.from(), object.to()) : text;
    if (scan.pointsToSource()) {
      throw new InvalidRecordException(
          "stands for a record that was too long to read; shorten that one in its own file", json);
    }
    if (idField == null) {
      return new Document(file + ":" + line, json);
    }
    if (scan.idFault() != null) {
      throw new InvalidRecordException(scan.idFault(), json);
    }
    String id = scan.id();
    if (id == null || id.isEmpty()) {
      throw new InvalidRecordException(idField.missing(), json);
    }
    return new Document(id, json);
  }

  /** Bytes without surrounding white space. */
  private record Trimmed(int from, int to) {
    static Trimmed of(byte[] bytes, int from, int to) {
      int start = from;
      int end = to;
      while (start < end && Utf8.space(bytes[start])) {
        start++;
      }
      while (end > start && Utf8.space(bytes[end - 1])) {
        end--;
      }
      return new Trimmed(start, end);
    }
  }
}
