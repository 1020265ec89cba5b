package io.beambatch.result;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.document.Failure;
import io.beambatch.json.JsonSlice;
import io.beambatch.reuse.AnswerFile;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.StoredAnswer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of a chunk's lines that are kept for other requests. They are gathered while the chunk
 * is joined, and are written as one file, sorted by fingerprint: to the run's folder for
 * duplicates, or to the cache for later runs.
 */
final class AnswersToKeep {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final String run;
  private final List<Entry> entries = new ArrayList<>();

  /** The outcomes of a chunk. */
  AnswersToKeep(String run) {
    this.run = run;
  }

  /** Finds the result line of a request, by its number in the chunk. */
  @FunctionalInterface
  interface Lines {
    @Nullable JsonSlice find(int request) throws IOException;
  }

  /**
   * A failure without a result line.
   *
   * @param cause in our words, without contents
   */
  record StoredFailure(Failure failure, String cause) {
    static StoredFailure read(byte[] json) throws IOException {
      return MAPPER.readValue(json, StoredFailure.class);
    }
  }

  /**
   * @param failure null if the request has a result line
   */
  private record Entry(
      Fingerprint fingerprint, int request, SentRequest sent, @Nullable StoredFailure failure) {}

  /** Adds a request that has a result line. */
  void addResult(Fingerprint fingerprint, int request, SentRequest sent) {
    entries.add(new Entry(fingerprint, request, sent, null));
  }

  /** Adds a request that failed without one. */
  void addFailure(Fingerprint fingerprint, Outcome outcome, SentRequest sent) {
    StoredFailure failure;
    if (outcome instanceof Outcome.Failed no) {
      failure = new StoredFailure(no.failure(), no.cause());
    } else if (outcome instanceof Outcome.Retryable later) {
      failure = new StoredFailure(later.failure(), later.cause());
    } else {
      throw new IllegalArgumentException("an answer has a line");
    }
    entries.add(new Entry(fingerprint, -1, sent, failure));
  }

  /** Returns whether there are none. */
  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Writes and closes a file; there is none if nothing is kept. */
  void writeTo(AnswerFile.Writer file, Lines lines) throws IOException {
    entries.sort(Comparator.comparing(Entry::fingerprint));
    try (file) {
      Fingerprint last = null;
      for (Entry entry : entries) {
        if (!entry.fingerprint.equals(last)) {
          file.add(entry.fingerprint, stored(entry, lines));
        }
        last = entry.fingerprint;
      }
      file.commit();
    }
  }

  private StoredAnswer stored(Entry entry, Lines lines) throws IOException {
    StoredAnswer.Origin origin =
        new StoredAnswer.Origin(
            run,
            entry.sent.batchId() == null ? "" : entry.sent.batchId(),
            entry.sent.customId(),
            entry.sent.attempt());
    if (entry.failure != null) {
      return new StoredAnswer(
          StoredAnswer.Kind.FAILURE, origin, MAPPER.writeValueAsBytes(entry.failure));
    }
    JsonSlice line = lines.find(entry.request);
    if (line == null) {
      throw new IllegalStateException("the line of " + entry.sent.customId() + " is missing");
    }
    return new StoredAnswer(StoredAnswer.Kind.RESULT, origin, line.bytes());
  }
}
