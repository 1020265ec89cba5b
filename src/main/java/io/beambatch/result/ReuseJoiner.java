package io.beambatch.result;

import io.beambatch.chunk.LineUses;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.job.Job;
import io.beambatch.json.JsonSlice;
import io.beambatch.ledger.Records;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.result.AnswersToKeep.StoredFailure;
import io.beambatch.reuse.AnswerFile;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.reuse.FingerprintTable;
import io.beambatch.reuse.StoredAnswer;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Joins answers that other lines paid for onto the documents that get them. It copies the wanted
 * answers from the run's files of answers to local disk, and reads the documents in order. An
 * answer is classified for each document; a failure is shared. The run's records determine all
 * files, so a join can be repeated, or done twice at the same time.
 */
final class ReuseJoiner {
  /** A fingerprint whose answer is wanted; larger numbers are those of answers. */
  private static final long WANTED = 0;

  private final Job job;
  private final RunFolder folder;
  private final Records<JoinedChunk> chunks;
  private final ResultFormat format;
  private final ResultClassifier classifier;

  ReuseJoiner(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
    this.chunks = JoinedChunk.records(folder);
    this.format = ResultJoiner.results(job.inference());
    this.classifier = new ResultClassifier(job);
  }

  /**
   * Joins lines, unless they were joined before.
   *
   * @throws IllegalStateException if the run's files don't hold what its plan says
   */
  JoinedChunk join(ReusedLines lines) throws IOException {
    Optional<JoinedChunk> before = read(lines);
    if (before.isPresent()) {
      return before.get();
    }
    try {
      return chunks.commit(lines.id(), joined(lines));
    } catch (IOException | IllegalStateException e) {
      // Another launch was faster, and may have deleted the files that this one was reading.
      Optional<JoinedChunk> meanwhile = read(lines);
      if (meanwhile.isEmpty()) {
        throw e;
      }
      return meanwhile.get();
    }
  }

  private Optional<JoinedChunk> read(ReusedLines lines) throws IOException {
    return chunks.value(lines.id());
  }

  private JoinedChunk joined(ReusedLines lines) throws IOException {
    FingerprintTable places = wanted(lines);
    try (LocalAnswers answers = LocalAnswers.create();
        DocumentFiles files = new DocumentFiles(job, folder, lines.id(), "failed.jsonl")) {
      for (String file : answerFiles(lines)) {
        take(file, places, answers);
      }
      for (Part part : lines.parts()) {
        try (PartReader documents = PartReader.ofReused(lines, part, folder)) {
          while (documents.next()) {
            join(documents, answer(documents, places, answers), files);
          }
        }
      }
      return commit(lines, files);
    }
  }

  private FingerprintTable wanted(ReusedLines lines) throws IOException {
    FingerprintTable wanted = new FingerprintTable(Math.toIntExact(lines.count()));
    for (Part part : lines.parts()) {
      LineUses uses = LineUses.of(part, folder);
      try (FingerprintFile.Reader fingerprints =
          new FingerprintFile.Reader(folder.open(folder.fingerprints(part.name())))) {
        for (int line = 0; line < uses.count(); line++) {
          Fingerprint fingerprint = fingerprints.next().fingerprint();
          if (uses.use(line) == lines.use()) {
            wanted.put(fingerprint, WANTED);
          }
        }
      }
    }
    return wanted;
  }

  private List<String> answerFiles(ReusedLines lines) throws IOException {
    if (lines.answers() != null) {
      return List.of(lines.answers());
    }
    return chunks.values().values().stream()
        .map(JoinedChunk::awaitedAnswers)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Copies the wanted answers of a file, the first one for each fingerprint. */
  private void take(String file, FingerprintTable places, LocalAnswers answers) throws IOException {
    String path = folder.answers(file);
    try (AnswerFile.Reader reader = new AnswerFile.Reader(path, folder.open(path))) {
      while (reader.next()) {
        AnswerFile.Entry entry = reader.entry();
        if (places.get(entry.fingerprint()) == WANTED) {
          places.put(entry.fingerprint(), WANTED + 1 + answers.add(entry.answer()));
        }
      }
    }
  }

  private StoredAnswer answer(PartReader documents, FingerprintTable places, LocalAnswers answers)
      throws IOException {
    long place = places.get(documents.fingerprinted().fingerprint());
    if (place == WANTED) {
      throw new IllegalStateException(
          "Line "
              + documents.customId()
              + " needs the answer of an identical line, which is missing in "
              + folder.answers()
              + "; a file there was changed");
    }
    return StoredAnswer.decoded(answers.get((int) (place - WANTED - 1)));
  }

  private void join(PartReader documents, StoredAnswer answer, DocumentFiles files)
      throws IOException {
    StoredAnswer.Origin origin = answer.origin();
    SentRequest sent =
        new SentRequest(
            origin.attempt(),
            origin.batchId().isEmpty() ? null : origin.batchId(),
            origin.customId());
    if (answer.kind() == StoredAnswer.Kind.FAILURE) {
      StoredFailure shared = StoredFailure.read(answer.content());
      files.fail(documents.document(), shared.failure(), shared.cause(), sent);
      return;
    }
    ResultLine line = format.read(JsonSlice.of(answer.content()));
    if (line == null) {
      throw new IllegalStateException(
          "The answer of request " + origin.customId() + " can no longer be read");
    }
    Outcome outcome = classifier.classify(line, sent, documents);
    if (outcome instanceof Outcome.Answered full) {
      files.reuse(documents.document(), full, line, documents.customId(), origin);
    } else if (outcome instanceof Outcome.Failed no) {
      files.fail(documents.document(), no.failure(), no.cause(), sent);
    } else if (outcome instanceof Outcome.Retryable last) {
      files.fail(documents.document(), last.failure(), last.cause(), sent);
    }
  }

  private static JoinedChunk commit(ReusedLines lines, DocumentFiles files) throws IOException {
    if (files.answered() + files.failed() != lines.count()) {
      throw new IllegalStateException(
          "%s: expected %d outcomes, found %d answered + %d failed"
              .formatted(lines.id(), lines.count(), files.answered(), files.failed()));
    }
    files.commit();
    return JoinedChunk.ofReused(lines, files);
  }
}
