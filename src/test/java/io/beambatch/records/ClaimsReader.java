package io.beambatch.records;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads files of absurd claims in a process of its own, and prints what came of each. */
final class ClaimsReader {
  private ClaimsReader() {}

  /**
   * Prints a line for each file: its name, and {@code error}, {@code rows} or what escaped.
   *
   * @param args a folder with the files
   */
  public static void main(String[] args) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    try (var found = Files.list(Path.of(args[0]))) {
      found.forEach(file -> files.put(file.getFileName().toString(), file));
    }
    for (Map.Entry<String, Path> file : files.entrySet()) {
      System.out.println(file.getKey() + ": " + outcome(file.getValue()));
    }
  }

  private static String outcome(Path file) {
    RowFormat format = file.toString().endsWith(".avro") ? RowFormat.AVRO : RowFormat.PARQUET;
    Counting counting = new Counting();
    try {
      RowInput input = format.open(file.toString());
      List<RowInput.Split> splits = new ArrayList<>();
      input.split(1 << 20, 1 << 20, splits::add);
      for (RowInput.Split split : splits) {
        input.read(split, counting);
      }
      return "rows " + counting.rows + ", invalid " + counting.invalid;
    } catch (IOException e) {
      return "error " + e.getMessage();
    } catch (Throwable e) {
      return "escaped " + e;
    }
  }

  private static final class Counting implements RowInput.Receiver {
    private long rows;
    private long invalid;

    @Override
    public void record(long number, String json) {
      rows++;
    }

    @Override
    public void invalid(long number, String problem) {
      invalid++;
    }
  }
}
