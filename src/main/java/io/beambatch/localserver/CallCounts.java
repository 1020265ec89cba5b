package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Counts how often each call was received, and saves the counts about once a second. */
final class CallCounts {
  private static final long SAVE_EVERY = TimeUnit.SECONDS.toNanos(1);

  private final Path file;
  private final Map<String, Long> counts = new TreeMap<>();
  private long saved = System.nanoTime();

  CallCounts(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      ServerJson.load(file)
          .fields()
          .forEachRemaining(count -> counts.put(count.getKey(), count.getValue().longValue()));
    }
  }

  synchronized void took(String call) throws IOException {
    counts.merge(call, 1L, Long::sum);
    if (System.nanoTime() - saved > SAVE_EVERY) {
      save();
    }
  }

  synchronized void save() throws IOException {
    ObjectNode json = ServerJson.object();
    counts.forEach(json::put);
    ServerJson.save(file, json);
    saved = System.nanoTime();
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
