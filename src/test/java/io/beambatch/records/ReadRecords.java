package io.beambatch.records;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The records of a file, as JSON texts, read piece by piece. */
public final class ReadRecords {
  private ReadRecords() {}

  /** All records; one that can't be read is an error of the test. */
  public static List<String> of(RowInput file) throws IOException {
    return of(
        file,
        (number, problem) -> {
          throw new AssertionError("record " + number + ": " + problem);
        });
  }

  /**
   * All records, and in the place of one that can't be read what a test makes of its number and of
   * the problem.
   */
  public static List<String> of(RowInput file, BiFunction<Long, String, String> invalid)
      throws IOException {
    List<String> read = new ArrayList<>();
    RowInput.Receiver receiver =
        new RowInput.Receiver() {
          @Override
          public void record(long number, String json) {
            read.add(json);
          }

          @Override
          public void invalid(long number, String problem) {
            read.add(invalid.apply(number, problem));
          }
        };
    try {
      file.split(1, Long.MAX_VALUE, split -> read(file, split, receiver));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return read;
  }

  private static void read(RowInput file, RowInput.Split split, RowInput.Receiver receiver) {
    try {
      file.read(split, receiver);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
