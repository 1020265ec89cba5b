package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.FileSource;
import io.beambatch.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns each file into a document, with its text in the field {@code text} and its name in {@code
 * file}.
 */
final class WholeFiles {
  static final String FILE = "file";

  private final @Nullable IdField idField;
  private final int maxBytes;
  private final SourceCheck check;

  WholeFiles(FileSource source, int maxBytes) {
    this.idField = IdField.of(source.id());
    this.maxBytes = maxBytes;
    this.check = new SourceCheck(source);
  }

  /**
   * Reads a file. An {@link InvalidRecordException} carries what stands for a file that can't
   * become a document; an {@link IOException} means that it can't be read or decompressed.
   */
  Document read(SourceFile file) throws IOException, InvalidRecordException {
    try (InputStream stream = file.open(check)) {
      byte[] bytes = stream.readNBytes(maxBytes);
      check.unpacked(file, Arrays.copyOf(bytes, Math.min(bytes.length, Signature.LENGTH)));
      long more = stream.transferTo(OutputStream.nullOutputStream());
      if (more > 0) {
        long size = maxBytes + more;
        throw new InvalidRecordException(
            "a file of " + size + " bytes, more than " + maxBytes + "; split it",
            SourceRecord.pointer(file.path(), 1, size));
      }
      return document(file, bytes);
    }
  }

  private Document document(SourceFile file, byte[] bytes) throws InvalidRecordException {
    int start = Utf8.byteOrderMark(Arrays.copyOf(bytes, Math.min(bytes.length, 3)));
    if (Utf8.blank(bytes, start, bytes.length)) {
      throw new InvalidRecordException("the file is empty", emptyFile(file));
    }
    String text = text(file, bytes, start);
    String json = new JsonText().put(TextLines.TEXT, text).put(FILE, file.name()).build();
    if (idField == null) {
      return new Document(file.name() + ":1", json);
    }
    return switch (idField.name()) {
      case TextLines.TEXT -> new Document(text, json);
      case FILE -> new Document(file.name(), json);
      default -> throw new InvalidRecordException(idField.missing(), json);
    };
  }

  private static String text(SourceFile file, byte[] bytes, int start)
      throws InvalidRecordException {
    try {
      return Utf8.text(bytes, start, bytes.length);
    } catch (InvalidRecordException e) {
      throw new InvalidRecordException(
          Objects.requireNonNull(e.getMessage()),
          SourceRecord.pointer(file.path(), 1, bytes.length));
    }
  }

  private static String emptyFile(SourceFile file) {
    return new JsonText().put(TextLines.TEXT, "").put(FILE, file.name()).build();
  }
}
