package io.beambatch.chunk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.document.Document;
import io.beambatch.job.Job;
import io.beambatch.job.SinkSpec;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Gathers the top-level fields of documents, for sinks that have columns. */
final class Fields {
  /** A table wider than this is no table: its documents have keys that are data. */
  private static final int MOST = 10_000;

  private static final JsonFactory JSON = new JsonFactory();

  private final Set<String> names = new LinkedHashSet<>();

  /** Whether the job's sink has columns. */
  static boolean areNeeded(Job job) {
    return job.sink().type() == SinkSpec.Type.CSV;
  }

  void addAllOf(Document document) throws IOException {
    try (JsonParser parser = JSON.createParser(document.json())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(parser.currentName());
        parser.nextToken();
        parser.skipChildren();
      }
    }
    if (names.size() > MOST) {
      throw new IOException(
          "the documents have more than "
              + MOST
              + " different fields, too many for the columns of a CSV file; use sink.type jsonl");
    }
  }

  List<String> names() {
    return List.copyOf(names);
  }
}
