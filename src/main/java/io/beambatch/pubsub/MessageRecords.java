package io.beambatch.pubsub;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.SubscriptionSource;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.JsonText;
import io.beambatch.json.LineReader;
import io.beambatch.json.ObjectEditor;
import io.beambatch.source.InvalidRecordException;
import io.beambatch.source.JsonRecords;
import io.beambatch.source.RecordParser;
import io.beambatch.source.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages whose payloads are JSON objects into documents. The payload's text is unchanged,
 * except for line ends between its tokens; attributes, if the job wants them, are appended. Without
 * an id field, the message's id is the document's.
 */
final class MessageRecords implements RecordParser {
  private final SubscriptionSource source;
  private final @Nullable String idField;
  private final @Nullable ObjectEditor attributes;

  MessageRecords(SubscriptionSource source) {
    this.source = source;
    this.idField = source.id();
    this.attributes =
        source.attributes() == null
            ? null
            : ObjectEditor.of(List.of(source.attributes()), List.of());
  }

  @Override
  public Document parse(LineReader record) throws InvalidRecordException {
    Message message = MessageLine.read(record);
    byte[] data = message.data().toByteArray();
    try {
      if (attributes == null) {
        return document(message.id(), data, idField);
      }
      Document plain = document(message.id(), data, null);
      return document(message.id(), withAttributes(plain, message.attributes()), idField);
    } catch (InvalidRecordException e) {
      String stands =
          e.json() == null ? SourceRecord.line(Utf8.replacing(data, 0, data.length)) : e.json();
      throw new InvalidRecordException(Objects.requireNonNull(e.getMessage()), stands);
    }
  }

  private static Document document(String messageId, byte[] object, @Nullable String idField)
      throws InvalidRecordException {
    int from = Utf8.byteOrderMark(object);
    Document document = new JsonRecords("", idField).parse(object, from, object.length, 1);
    if (document == null) {
      throw new InvalidRecordException("there is nothing in it");
    }
    // Between tokens, line ends are white space; within strings, JSON doesn't allow them.
    String line = document.json().replace('\n', ' ').replace('\r', ' ');
    return new Document(idField == null ? messageId : document.id(), line);
  }

  private byte[] withAttributes(Document document, Map<String, String> values) {
    JsonText json = new JsonText();
    values.forEach(json::put);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      Objects.requireNonNull(attributes)
          .writeLine(line, JsonSlice.of(document.json()), List.of(JsonSlice.of(json.build())));
    } catch (IOException e) {
      throw new UncheckedIOException("what is in memory can be written", e);
    }
    return line.toByteArray();
  }

  @Override
  public FailedDocument failed(String file, LineReader record, InvalidRecordException problem) {
    String id = MessageLine.read(record).id();
    return new FailedDocument(
        new Document(id, String.valueOf(problem.json())),
        Failure.unread(
            "message " + id + " of " + source.subscription(),
            String.valueOf(problem.getMessage())));
  }
}
