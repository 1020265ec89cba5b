package io.beambatch.ledger;

import io.beambatch.error.MiscountException;
import io.beambatch.error.UserException;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of verdicts: errors that no repetition cures, such as a key that is refused, or
 * numbers that don't add up. Bounded input ends with one. A stream must not: runners repeat a step
 * of a stream for ever, so that a verdict which is thrown there holds up everything else, and the
 * stream can't even be drained. There it is logged, counted, and noted in the run's folder for the
 * report, and what it is about is left to a later launch.
 *
 * <pre>{@code
 * try {
 *   check(plan);
 * } catch (IOException | RuntimeException e) {
 *   if (!verdicts.take(plan.name(), e)) {
 *     throw e;
 *   }
 * }
 * }</pre>
 */
public interface Verdicts extends Serializable {
  /** Begins the subject of a verdict about a window of documents that gave no plan. */
  String UNPLANNED = "unplanned-";

  /** Those of input that ends: each is thrown. */
  Verdicts THROWN =
      new Verdicts() {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean take(String subject, Exception failure) {
          return false;
        }

        @Override
        public void lift(String subject) {}
      };

  /** What becomes of the verdicts of a run's step over some input. */
  static Verdicts of(IsBounded input, RunFolder folder) {
    return input == IsBounded.BOUNDED ? THROWN : new Noted(folder);
  }

  /**
   * Takes a failure, if it is a verdict and the stream goes on without what it is about.
   *
   * @param subject names what it is about within the run, such as a plan's name
   * @return false if the caller has to throw the failure
   */
  boolean take(String subject, Exception failure) throws IOException;

  /** Takes a verdict back, because its cause is gone. */
  void lift(String subject) throws IOException;

  /** The verdicts of a run that stand, by subject: what each says. */
  static Map<String, String> standing(RunFolder folder) throws IOException {
    Map<String, String> standing = new TreeMap<>();
    Noted.records(folder)
        .readAll()
        .forEach(
            (subject, record) -> {
              if (record.value().message() != null) {
                standing.put(subject, record.value().message());
              }
            });
    return standing;
  }

  /**
   * A verdict as it is written down.
   *
   * @param message what it says, or null if it was lifted
   */
  record Verdict(@Nullable String message) {
    /** Names one call, and so is another each time. */
    private static final Pattern REQUEST_ID = Pattern.compile("\\(request id [^)]*\\)");

    /** Whether it says the same, if of another call. */
    private boolean isSameAs(Verdict other) {
      return words().equals(other.words());
    }

    private String words() {
      return message == null ? "" : REQUEST_ID.matcher(message).replaceAll("");
    }
  }

  /** Those of a stream. */
  final class Noted implements Verdicts {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(Verdicts.class);

    private final RunFolder folder;
    private final Counter taken = RunMetrics.counter("verdicts");

    private Noted(RunFolder folder) {
      this.folder = folder;
    }

    private static Records<Verdict> records(RunFolder folder) {
      return Records.versioned(folder, "verdicts", Verdict.class);
    }

    @Override
    public boolean take(String subject, Exception failure) throws IOException {
      if (!isVerdict(failure)) {
        return false;
      }
      taken.inc();
      String message = String.valueOf(failure.getMessage());
      // Said once, and not at each of the looks at a key that stays refused.
      if (note(subject, message)) {
        LOG.error("{}: {}", subject, message);
      }
      return true;
    }

    @Override
    public void lift(String subject) throws IOException {
      if (note(subject, null)) {
        LOG.info("{}: going on", subject);
      }
    }

    /** Returns whether it says something else than before. */
    private boolean note(String subject, @Nullable String message) throws IOException {
      Records<Verdict> records = records(folder);
      Verdict verdict = new Verdict(message);
      Optional<Records.Version<Verdict>> known = records.read(subject);
      if (known.isPresent()) {
        return !known.get().value().isSameAs(verdict)
            && records.replace(known.get(), verdict).isPresent();
      }
      return message != null && records.create(subject, verdict).isPresent();
    }

    /** An impossible state is as sure as what is said to users; one of them may be wrapped. */
    private static boolean isVerdict(Exception failure) {
      for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof UserException error) {
          return !error.mayPass();
        }
        if (cause instanceof MiscountException) {
          return true;
        }
      }
      return failure instanceof IllegalStateException;
    }
  }
}
