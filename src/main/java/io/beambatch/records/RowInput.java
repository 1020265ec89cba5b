package io.beambatch.records;

import io.beambatch.schema.AvroJson;
import io.beambatch.schema.MismatchException;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/** A file of records. It keeps nothing open between calls. */
public interface RowInput {
  /** Matches a Java class name, such as {@code java.io.EOFException}. */
  Pattern CLASS_NAME = Pattern.compile("\\b([a-z]\\w*\\.){2,}[A-Z]\\w*");

  /** Matches blanks, including line ends. */
  Pattern BLANKS = Pattern.compile("\\s+");

  /** The schema of its records, as documents have them. */
  Schema schema();

  /**
   * Cuts the file into splits that can be read independently, without decoding them.
   *
   * @param bytes the minimum length of a split, where the format leaves a choice
   * @param block the maximum size of a decoded block in one split; if a block is cut, each split
   *     decodes the block up to its own records, so it is cut into few
   * @throws IOException naming the file, if it is damaged or truncated
   */
  void split(long bytes, long block, Consumer<Split> splits) throws IOException;

  /**
   * Reads the records of a split in order, as JSON objects.
   *
   * @throws IOException naming the file, and the record where it is known, if it is damaged
   */
  void read(Split split, Receiver receiver) throws IOException;

  /**
   * Consecutive records.
   *
   * @param place where they are, in the format's own terms
   * @param first number of the first, counted from 1
   * @param count the number of records
   */
  record Split(long place, long first, long count) {}

  /** Receives what is read. */
  interface Receiver {
    /** Receives a record as JSON on one line. */
    void record(long number, String json);

    /** Receives the problem of a record with a value that can't be represented. */
    void invalid(long number, String problem);

    /** Receives a record with its values in their document form. */
    default void take(long number, GenericRecord record, AvroJson json) throws IOException {
      try {
        record(number, json.json(record));
      } catch (MismatchException e) {
        invalid(number, Objects.requireNonNull(e.getMessage()));
      }
    }
  }

  /** A library's description of a file that it can't read, if it has one in words. */
  static String problem(Exception thrown) {
    String message = thrown.getMessage();
    return message == null
            || message.isBlank()
            || thrown instanceof IndexOutOfBoundsException
            || CLASS_NAME.matcher(message).find()
        ? "its content is not as it should be"
        : BLANKS.matcher(message).replaceAll(" ").strip();
  }

  /** The error for a file that can't be read: it is damaged, unless it could not be accessed. */
  static IOException failed(String message, Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof StoredInput.UnavailableException) {
        return new IOException(message, cause);
      }
    }
    return new DamagedFileException(message, cause);
  }

  /** The error for a record that can't be read. */
  static IOException damaged(String path, long number, String problem, Throwable cause) {
    return failed(
        "Can't read " + path + ", record " + number + ": it is damaged: " + problem, cause);
  }
}
