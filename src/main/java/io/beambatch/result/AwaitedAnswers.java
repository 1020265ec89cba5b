package io.beambatch.result;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.document.Failure;
import io.beambatch.json.JsonSlice;
import io.beambatch.reuse.AnswerFile;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.StoredAnswer;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of a chunk's lines that other lines wait for. They are gathered while the chunk is
 * joined, and written by fingerprint as one file in the run's folder, where the others find them.
 */
final class AwaitedAnswers {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final RunFolder folder;
  private final String file;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * Those of a chunk.
   *
   * @param file under which they are kept
   */
  AwaitedAnswers(RunFolder folder, String file) {
    this.folder = folder;
    this.file = file;
  }

  /** Finds the result line of a request, by its number in the chunk. */
  @FunctionalInterface
  interface Lines {
    @Nullable JsonSlice find(int request) throws IOException;
  }

  /**
   * A failure that has no line to be told from.
   *
   * @param cause in our words, without contents
   */
  record StoredFailure(Failure failure, String cause) {
    static StoredFailure read(byte[] json) throws IOException {
      return MAPPER.readValue(json, StoredFailure.class);
    }
  }

  /**
   * @param failure null where the request has a line
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

  /**
   * Writes the file, unless there is nothing to be kept.
   *
   * @return its name
   */
  Optional<String> commit(Lines lines) throws IOException {
    entries.sort(Comparator.comparing(Entry::fingerprint));
    try (AnswerFile.Writer answers = new AnswerFile.Writer(folder.answers(file))) {
      for (Entry entry : entries) {
        answers.add(entry.fingerprint, stored(entry, lines));
      }
      answers.commit();
      return answers.entries() == 0 ? Optional.empty() : Optional.of(file);
    }
  }

  private StoredAnswer stored(Entry entry, Lines lines) throws IOException {
    StoredAnswer.Origin origin =
        new StoredAnswer.Origin(
            folder.run(),
            entry.sent.batchId() == null ? "" : entry.sent.batchId(),
            entry.sent.customId(),
            entry.sent.attempt());
    if (entry.failure != null) {
      return new StoredAnswer(
          StoredAnswer.Kind.FAILURE, origin, MAPPER.writeValueAsBytes(entry.failure));
    }
    JsonSlice line = lines.find(entry.request);
    if (line == null) {
      throw new IllegalStateException("the line of " + entry.sent.customId() + " has vanished");
    }
    return new StoredAnswer(StoredAnswer.Kind.RESULT, origin, line.bytes());
  }
}
