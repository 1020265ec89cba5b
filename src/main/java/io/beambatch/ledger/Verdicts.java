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
 * Decides what happens to verdicts: errors that no repetition cures, such as a refused key or
 * counts that don't add up. On bounded input a verdict ends the pipeline. On a stream it must not:
 * runners repeat a failing step for ever, which blocks everything else and prevents a drain. There
 * the verdict is logged, counted and recorded in the run's folder for the report, and the work it
 * concerns waits for a later launch.
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
  /** Prefix of the subject of a verdict on a window whose documents could not be planned. */
  String UNPLANNED = "unplanned-";

  /** Throws every verdict, as bounded input needs it. */
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

  /** The handling of verdicts for input of this kind. */
  static Verdicts of(IsBounded input, RunFolder folder) {
    return input == IsBounded.BOUNDED ? THROWN : new Noted(folder);
  }

  /**
   * Records a failure, if it is a verdict and the stream can go on without the work it concerns.
   *
   * @param subject names that work within the run, such as a plan's name
   * @return false if the caller must throw the failure
   */
  boolean take(String subject, Exception failure) throws IOException;

  /** Withdraws a verdict whose cause is gone. */
  void lift(String subject) throws IOException;

  /** The messages of the run's verdicts that have not been withdrawn, by subject. */
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
   * A verdict as it is stored.
   *
   * @param message its text, or null if it was withdrawn
   */
  record Verdict(@Nullable String message) {
    /** The request id differs at every call and is ignored when messages are compared. */
    private static final Pattern REQUEST_ID = Pattern.compile("\\(request id [^)]*\\)");

    /** Returns whether both messages are the same but for the request id. */
    private boolean isSameAs(Verdict other) {
      return words().equals(other.words());
    }

    private String words() {
      return message == null ? "" : REQUEST_ID.matcher(message).replaceAll("");
    }
  }

  /** Records the verdicts of a stream. */
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
      // Logs it once, not each time the refused key is tried again.
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

    /** Stores the message; returns whether it differs from the stored one. */
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

    /** A state that should be impossible is final too; either exception may be wrapped. */
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
