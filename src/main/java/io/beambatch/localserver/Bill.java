package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Adds up which lines were answered how often, from the batches' records. */
final class Bill {
  private static final int MOST_EXAMPLES = 100;

  private final BatchStore store;

  Bill(BatchStore store) {
    this.store = store;
  }

  /** How often each custom id was answered. */
  Map<String, Integer> timesAnswered() throws IOException {
    Map<String, Integer> times = new TreeMap<>();
    each(id -> times.merge(id, 1, Integer::sum));
    return times;
  }

  /** The sums. It takes eight bytes of memory for each answered line. */
  ServerStats stats(Map<String, Long> calls) throws IOException {
    Hashes hashes = new Hashes();
    each(id -> hashes.add(hash(id)));
    Set<Long> doubled = hashes.doubled();
    Set<String> examples = new HashSet<>();
    if (!doubled.isEmpty()) {
      each(
          id -> {
            if (examples.size() < MOST_EXAMPLES && doubled.contains(hash(id))) {
              examples.add(id);
            }
          });
    }
    return new ServerStats(
        store.all().size(),
        hashes.count,
        doubled.size(),
        examples.stream().sorted().toList(),
        calls);
  }

  private void each(Consumer<String> customId) throws IOException {
    for (BatchState batch : new ArrayList<>(store.all())) {
      Path billed = store.billed(batch);
      if (Files.exists(billed)) {
        try (BufferedReader lines = Files.newBufferedReader(billed)) {
          String line;
          while ((line = lines.readLine()) != null) {
            read(line, customId);
          }
        }
      }
    }
  }

  /** A line that is being written may be incomplete: it is counted next time. */
  private static void read(String line, Consumer<String> customId) throws IOException {
    if (line.length() > 1 && line.endsWith("\"")) {
      try (JsonParser in = ServerJson.FACTORY.createParser(line)) {
        if (in.nextToken() == JsonToken.VALUE_STRING) {
          customId.accept(in.getText());
        }
      }
    }
  }

  private static long hash(String id) {
    long hash = id.length();
    for (int i = 0; i < id.length(); i++) {
      hash = Ids.mix(hash * 31 + id.charAt(i));
    }
    return hash;
  }

  /** Numbers in a growing array: far smaller than a set of strings. */
  private static final class Hashes {
    private long[] values = new long[1024];
    private int count;

    void add(long value) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }

    /** The numbers that were added more than once. */
    Set<Long> doubled() {
      Arrays.sort(values, 0, count);
      Set<Long> doubled = new HashSet<>();
      for (int i = 1; i < count; i++) {
        if (values[i] == values[i - 1]) {
          doubled.add(values[i]);
        }
      }
      return doubled;
    }
  }
}
