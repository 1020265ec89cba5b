package io.beambatch.ledger;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderIds;
import io.beambatch.storage.StagedNames;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a chunk's batch.
 *
 * @param fileId of the uploaded input, or null before the upload and after the input was deleted
 * @param uploaded when, in milliseconds since 1970 by the provider's clock: no batch of the chunk
 *     is older; 0 if that isn't known
 * @param owner who is creating, or has created, the batch; null before
 * @param since when the state was entered, in milliseconds since 1970
 * @param batchId null before {@link State#SUBMITTED}, and of a chunk that never had one
 * @param end null before {@link State#ENDED}
 * @param times since when something has been waited for
 * @param lostInputs how often the provider could not find the input
 * @param problem why the chunk could not go on when it was last looked at, or null
 * @param formerFiles ids of inputs that were uploaded before, or are deleted: a batch may have been
 *     created of them
 * @param overBudget whether it is a limit on cost that it could not go on for
 */
public record BatchEntry(
    State state,
    @Nullable String fileId,
    long uploaded,
    @Nullable String owner,
    long since,
    @Nullable String batchId,
    @Nullable BatchEnd end,
    Times times,
    int lostInputs,
    @Nullable String problem,
    List<String> formerFiles,
    boolean overBudget) {

  public BatchEntry {
    // Older ledgers have no times.
    times = times == null ? Times.startingAt(since) : times;
    formerFiles = formerFiles == null ? List.of() : List.copyOf(formerFiles);
    checkId(fileId);
    checkId(batchId);
  }

  private static void checkId(@Nullable String id) {
    if (id != null && !ProviderIds.isId(id)) {
      throw StagedNames.changed(
          "the ledger of the run", "a record holds an id that no provider gives");
    }
  }

  /** How far a chunk has come. */
  public enum State {
    /** Nothing is paid, nothing is under way. */
    PLANNED,
    /** Somebody may be creating a batch: look for it before creating one. */
    SUBMITTING,
    /** The batch is known. */
    SUBMITTED,
    /** The batch will not change any more. */
    ENDED
  }

  /**
   * How a batch ended: all that it takes to join its results.
   *
   * @param outputFileId answered lines, or null if there are none
   * @param errorFileId failed lines, or null if there are none
   * @param errors what was found wrong if the batch failed validation, or why it is given up
   * @param answered requests by the provider's count; null if it tells none, or an earlier version
   *     wrote the record
   */
  public record BatchEnd(
      BatchStatus status,
      @Nullable String outputFileId,
      @Nullable String errorFileId,
      List<BatchError> errors,
      @Nullable Long answered) {
    public BatchEnd {
      checkId(outputFileId);
      checkId(errorFileId);
    }

    /** The end of a batch as the provider shows it. */
    public static BatchEnd of(Batch batch) {
      boolean counted = batch.completed() > 0 || batch.failed() > 0;
      return new BatchEnd(
          batch.status(),
          batch.outputFileId(),
          batch.errorFileId(),
          batch.errors(),
          counted ? batch.completed() : null);
    }

    /** The end of a chunk that has no batch, or none any more. */
    public static BatchEnd withoutResults(BatchStatus status, List<BatchError> errors) {
      return new BatchEnd(status, null, null, errors, 0L);
    }

    /** The same end, with another status. */
    public BatchEnd as(BatchStatus other) {
      return new BatchEnd(other, outputFileId, errorFileId, errors, answered);
    }

    /** Code of the error of a batch that the provider did not know any more. */
    public static final String VANISHED = "batch_vanished";

    /** The same, where nothing of the run was known, so that it may still be paid elsewhere. */
    public static final String UNKNOWN = "batch_unknown";

    /** Code of the error of a chunk that gets no batch because a limit on cost is reached. */
    public static final String OVER_BUDGET = "over_budget";

    /** Whether an error says that the provider did not know the batch any more. */
    public static boolean saysVanished(BatchError error) {
      return VANISHED.equals(error.code()) || UNKNOWN.equals(error.code());
    }
  }

  /**
   * When a chunk's waits began, in milliseconds since 1970. They are written down because every
   * wait has an end, and whoever waits may be another process each time.
   *
   * @param planned when the chunk came into the ledger
   * @param submitted when its batch became known, or null
   * @param over when the batch was first seen over without its result files, or null
   * @param cancelled when the batch was asked to stop, or null
   * @param vanished when the provider was first seen not to know the batch, or null
   * @param discarded when what the batch left at the provider was deleted, or null
   */
  public record Times(
      long planned,
      @Nullable Long submitted,
      @Nullable Long over,
      @Nullable Long cancelled,
      @Nullable Long vanished,
      @Nullable Long discarded) {

    static Times startingAt(long planned) {
      return new Times(planned, null, null, null, null, null);
    }

    private Times submittedAt(long millis) {
      return new Times(planned, millis, null, null, null, null);
    }

    private Times overAt(long millis) {
      return new Times(planned, submitted, millis, cancelled, null, null);
    }

    private Times cancelledAt(long millis) {
      return new Times(planned, submitted, over, millis, vanished, null);
    }

    private Times vanishedAt(@Nullable Long millis) {
      return new Times(planned, submitted, over, cancelled, millis, null);
    }

    private Times discardedAt(long millis) {
      return new Times(planned, submitted, over, cancelled, vanished, millis);
    }
  }

  /** A chunk whose input is uploaded. */
  public static BatchEntry planned(InputFile file, Instant now) {
    return planned(file.id(), file.createdAt().toEpochMilli(), now);
  }

  /**
   * A chunk whose input will not be uploaded.
   *
   * @param created when its run began, in milliseconds since 1970
   */
  public static BatchEntry unwanted(long created, Instant now) {
    return planned(null, created, now);
  }

  private static BatchEntry planned(@Nullable String fileId, long uploaded, Instant now) {
    long millis = now.toEpochMilli();
    return new BatchEntry(
        State.PLANNED,
        fileId,
        uploaded,
        null,
        millis,
        null,
        null,
        Times.startingAt(millis),
        0,
        null,
        List.of(),
        false);
  }

  /** The same chunk, its input uploaded again. */
  public BatchEntry uploaded(InputFile file, Instant now) {
    return copy().putBack(now).file(file.id()).notBefore(file.createdAt()).make();
  }

  /** The same chunk, to be submitted later. */
  public BatchEntry putBack(Instant now) {
    return copy().putBack(now).make();
  }

  /** The same chunk, its input to be uploaded again because the provider could not find it. */
  public BatchEntry withoutFile(Instant now) {
    return copy().putBack(now).file(null).notBefore(Instant.EPOCH).oneMoreLostInput().make();
  }

  private List<String> allFiles() {
    return fileId == null
        ? formerFiles
        : Stream.concat(formerFiles.stream(), Stream.of(fileId)).distinct().toList();
  }

  /** Whether a file is, or was, the chunk's input. */
  public boolean knowsInput(String file) {
    return file.equals(fileId) || formerFiles.contains(file);
  }

  /** The same chunk, about to be submitted. */
  public BatchEntry submitting(String newOwner, Instant now) {
    return copy().enter(State.SUBMITTING, now).owner(newOwner).batch(null, null).make();
  }

  /**
   * The same chunk, about to be submitted, where nothing but the time tells its batch from those
   * that were there before.
   *
   * @param newest when the newest of those was created, by the provider's clock
   */
  public BatchEntry submittingAfter(Instant newest, String newOwner, Instant now) {
    return copy()
        .enter(State.SUBMITTING, now)
        .owner(newOwner)
        .batch(null, null)
        .notBefore(newest)
        .make();
  }

  /** The same chunk, with its batch. */
  public BatchEntry submitted(String newBatchId, Instant now) {
    return copy()
        .enter(State.SUBMITTED, now)
        .batch(newBatchId, null)
        .times(times.submittedAt(now.toEpochMilli()))
        .make();
  }

  /** The same chunk, its batch seen over without its result files. */
  public BatchEntry over(Instant now) {
    return copy().times(times.overAt(now.toEpochMilli())).make();
  }

  /** The same chunk, its batch asked to stop. */
  public BatchEntry cancelled(Instant now) {
    return copy().times(times.cancelledAt(now.toEpochMilli())).make();
  }

  /** The same chunk, its batch not known to the provider. */
  public BatchEntry vanished(Instant now) {
    return copy().times(times.vanishedAt(now.toEpochMilli())).make();
  }

  /** The same chunk, its batch known to the provider again. */
  public BatchEntry found() {
    return copy().times(times.vanishedAt(null)).make();
  }

  /**
   * The same chunk, which can't go on.
   *
   * @param newOverBudget whether it is a limit on cost that it can't go on for
   */
  public BatchEntry failed(String newProblem, boolean newOverBudget) {
    return copy().problem(newProblem, newOverBudget).make();
  }

  /** The same chunk, its batch ended. */
  public BatchEntry ended(BatchEnd newEnd, Instant now) {
    return copy().enter(State.ENDED, now).batch(batchId, newEnd).make();
  }

  /** The same chunk, what its batch left at the provider deleted. */
  public BatchEntry discarded(Instant now) {
    return copy().file(null).times(times.discardedAt(now.toEpochMilli())).make();
  }

  private Copy copy() {
    return new Copy(this);
  }

  /** The same chunk with some fields changed. A problem of before is over. */
  private static final class Copy {
    private final BatchEntry before;
    private State state;
    private @Nullable String fileId;
    private long uploaded;
    private @Nullable String owner;
    private long since;
    private @Nullable String batchId;
    private @Nullable BatchEnd end;
    private Times times;
    private int lostInputs;
    private @Nullable String problem;
    private List<String> formerFiles;
    private boolean overBudget;

    Copy(BatchEntry before) {
      this.before = before;
      this.state = before.state;
      this.fileId = before.fileId;
      this.uploaded = before.uploaded;
      this.owner = before.owner;
      this.since = before.since;
      this.batchId = before.batchId;
      this.end = before.end;
      this.times = before.times;
      this.lostInputs = before.lostInputs;
      this.formerFiles = before.formerFiles;
    }

    Copy enter(State next, Instant now) {
      state = next;
      since = now.toEpochMilli();
      return this;
    }

    Copy putBack(Instant now) {
      times = Times.startingAt(before.times.planned);
      return enter(State.PLANNED, now).owner(null).batch(null, null);
    }

    /** Another input, or none: the one of before is remembered. */
    Copy file(@Nullable String id) {
      fileId = id;
      formerFiles = before.allFiles();
      return this;
    }

    /** No batch of the chunk is older. */
    Copy notBefore(Instant oldest) {
      uploaded = oldest.toEpochMilli();
      return this;
    }

    Copy oneMoreLostInput() {
      lostInputs++;
      return this;
    }

    Copy owner(@Nullable String name) {
      owner = name;
      return this;
    }

    Copy batch(@Nullable String id, @Nullable BatchEnd how) {
      batchId = id;
      end = how;
      return this;
    }

    Copy times(Times changed) {
      times = changed;
      return this;
    }

    Copy problem(String text, boolean ofBudget) {
      problem = text;
      overBudget = ofBudget;
      return this;
    }

    BatchEntry make() {
      return new BatchEntry(
          state,
          fileId,
          uploaded,
          owner,
          since,
          batchId,
          end,
          times,
          lostInputs,
          problem,
          formerFiles,
          overBudget);
    }
  }
}
