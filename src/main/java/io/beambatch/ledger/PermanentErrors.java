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
 * Handles permanent errors: those that no repetition cures, such as a refused key or counts that
 * don't add up. On bounded input such an error ends the pipeline. On a stream it must not: runners
 * repeat a failing step for ever, which blocks everything else and prevents a drain. There the
 * error is logged, counted and recorded in the run's folder for the report, and the work it
 * concerns waits for a later launch.
 *
 * <pre>{@code
 * try {
 *   check(plan);
 * } catch (IOException | RuntimeException e) {
 *   if (!permanentErrors.record(plan.name(), e)) {
 *     throw e;
 *   }
 * }
 * }</pre>
 */
public interface PermanentErrors extends Serializable {
  /** Prefix of the subject of an error in a window whose documents could not be planned. */
  String UNPLANNED = "unplanned-";

  /** Records none, so that each is thrown, as bounded input needs it. */
  PermanentErrors THROWN =
      new PermanentErrors() {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean record(String subject, Exception failure) {
          return false;
        }

        @Override
        public void clear(String subject) {}
      };

  /** The handling of permanent errors for input of this kind. */
  static PermanentErrors of(IsBounded input, RunFolder folder) {
    return input == IsBounded.BOUNDED ? THROWN : new Recorded(folder);
  }

  /**
   * Records an error, if it is permanent and the stream can continue without the work it concerns.
   *
   * @param subject names that work within the run, such as a plan's name
   * @return false if the caller must throw the failure
   */
  boolean record(String subject, Exception failure) throws IOException;

  /** Clears an error whose cause no longer exists. */
  void clear(String subject) throws IOException;

  /** The messages of the run's permanent errors that have not been cleared, by subject. */
  static Map<String, String> messages(RunFolder folder) throws IOException {
    Map<String, String> messages = new TreeMap<>();
    Recorded.records(folder)
        .values()
        .forEach(
            (subject, error) -> {
              if (error.message() != null) {
                messages.put(subject, error.message());
              }
            });
    return messages;
  }

  /**
   * An error as it is stored.
   *
   * @param message its text, or null if it was cleared
   */
  record PermanentError(@Nullable String message) {
    /** The request id differs at every call and is ignored when messages are compared. */
    private static final Pattern REQUEST_ID = Pattern.compile("\\(request id [^)]*\\)");

    /** Returns whether both messages are the same but for the request id. */
    private boolean isSameAs(PermanentError other) {
      return comparable().equals(other.comparable());
    }

    private String comparable() {
      return message == null ? "" : REQUEST_ID.matcher(message).replaceAll("");
    }
  }

  /** Records the permanent errors of a stream. */
  final class Recorded implements PermanentErrors {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(PermanentErrors.class);

    private final RunFolder folder;
    private final Counter recorded = RunMetrics.counter("verdicts");

    private Recorded(RunFolder folder) {
      this.folder = folder;
    }

    private static Records<PermanentError> records(RunFolder folder) {
      return Records.versioned(folder, "verdicts", PermanentError.class);
    }

    @Override
    public boolean record(String subject, Exception failure) throws IOException {
      if (!isPermanent(failure)) {
        return false;
      }
      recorded.inc();
      String message = String.valueOf(failure.getMessage());
      // Logs it once, not each time the refused key is tried again.
      if (store(subject, message)) {
        LOG.error("{}: {}", subject, message);
      }
      return true;
    }

    @Override
    public void clear(String subject) throws IOException {
      if (store(subject, null)) {
        LOG.info("{}: continuing", subject);
      }
    }

    /** Stores the message; returns whether it differs from the stored one. */
    private boolean store(String subject, @Nullable String message) throws IOException {
      Records<PermanentError> records = records(folder);
      PermanentError error = new PermanentError(message);
      Optional<Records.Version<PermanentError>> known = records.read(subject);
      if (known.isPresent()) {
        return !known.get().value().isSameAs(error)
            && records.replace(known.get(), error).isPresent();
      }
      return message != null && records.create(subject, error).isPresent();
    }

    /** A state that should be impossible is final too; either exception may be wrapped. */
    private static boolean isPermanent(Exception failure) {
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
