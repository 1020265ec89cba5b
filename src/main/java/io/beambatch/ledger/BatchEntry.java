package io.beambatch.ledger;

import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderIds;
import io.beambatch.storage.StagedNames;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's entry for one chunk: how far its batch has come, and all that another process needs
 * to continue with it. {@link BatchLedger} stores it.
 *
 * @param fileId of the uploaded input, or null before the upload and after the input was deleted
 * @param uploaded when the input was uploaded, in milliseconds since 1970 by the provider's clock:
 *     no batch of the chunk is older; 0 if unknown
 * @param owner the process that creates, or created, the batch; null before
 * @param since when the chunk entered its state, in milliseconds since 1970
 * @param batchId null before {@link State#SUBMITTED}, and for a chunk that never had a batch
 * @param end null before {@link State#ENDED}
 * @param times when the chunk's waits began
 * @param lostInputs how often the provider could not find the input
 * @param problem why the chunk was set aside when it was last processed, or null
 * @param formerFiles ids of inputs that were uploaded earlier or have been deleted: a batch may
 *     have been created from them
 * @param overBudget whether the problem is a limit on cost
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
    // Entries of older versions have no times.
    times = times == null ? Times.startingAt(since) : times;
    formerFiles = formerFiles == null ? List.of() : List.copyOf(formerFiles);
    checkId(fileId);
    checkId(batchId);
  }

  static void checkId(@Nullable String id) {
    if (id != null && !ProviderIds.isId(id)) {
      throw StagedNames.changed(
          "the ledger of the run", "a record holds an id that no provider gives");
    }
  }

  /** The states of a chunk, in order. */
  public enum State {
    /** No batch exists, and nothing is paid. */
    PLANNED,
    /** A process may be creating a batch: search for it before creating one. */
    SUBMITTING,
    /** The batch is known. */
    SUBMITTED,
    /** The batch will not change again. */
    ENDED
  }

  /**
   * When a chunk's waits began, in milliseconds since 1970. They are stored because every wait has
   * an end, and each launch may be another process.
   *
   * @param planned when the chunk was added to the ledger
   * @param submitted when its batch became known, or null
   * @param over when the batch was first seen finished without its result files, or null
   * @param cancelled when the provider was asked to cancel the batch, or null
   * @param vanished when the provider first did not know the batch, or null
   * @param discarded when the batch's files at the provider were deleted, or null
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

  /** The same chunk with its input uploaded again. */
  public BatchEntry uploaded(InputFile file, Instant now) {
    return copy().putBack(now).file(file.id()).notBefore(file.createdAt()).make();
  }

  /** The same chunk, returned to {@link State#PLANNED} to be submitted later. */
  public BatchEntry putBack(Instant now) {
    return copy().putBack(now).make();
  }

  /**
   * The same chunk without an input: the provider could not find it, so it must be uploaded again.
   */
  public BatchEntry withoutFile(Instant now) {
    return copy().putBack(now).file(null).notBefore(Instant.EPOCH).oneMoreLostInput().make();
  }

  private List<String> allFiles() {
    return fileId == null
        ? formerFiles
        : Stream.concat(formerFiles.stream(), Stream.of(fileId)).distinct().toList();
  }

  /** Returns whether a file is, or was, the chunk's input. */
  public boolean knowsInput(String file) {
    return file.equals(fileId) || formerFiles.contains(file);
  }

  /** The same chunk, about to be submitted. */
  public BatchEntry submitting(String newOwner, Instant now) {
    return copy().enter(State.SUBMITTING, now).owner(newOwner).batch(null, null).make();
  }

  /**
   * The same chunk, about to be submitted to a provider whose batches carry no key: only the
   * creation time separates its batch from earlier ones.
   *
   * @param newest when the newest existing batch was created, by the provider's clock
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

  /** The same chunk; its batch has finished, but its result files are not there yet. */
  public BatchEntry over(Instant now) {
    return copy().times(times.overAt(now.toEpochMilli())).make();
  }

  /** The same chunk; the provider was asked to cancel its batch. */
  public BatchEntry cancelled(Instant now) {
    return copy().times(times.cancelledAt(now.toEpochMilli())).make();
  }

  /** The same chunk; the provider does not know its batch. */
  public BatchEntry vanished(Instant now) {
    return copy().times(times.vanishedAt(now.toEpochMilli())).make();
  }

  /** The same chunk; the provider knows its batch again. */
  public BatchEntry found() {
    return copy().times(times.vanishedAt(null)).make();
  }

  /**
   * The same chunk, set aside with a problem.
   *
   * @param newOverBudget whether the problem is a limit on cost
   */
  public BatchEntry failed(String newProblem, boolean newOverBudget) {
    return copy().problem(newProblem, newOverBudget).make();
  }

  /** The same chunk; its batch has ended. */
  public BatchEntry ended(BatchEnd newEnd, Instant now) {
    return copy().enter(State.ENDED, now).batch(batchId, newEnd).make();
  }

  /** The same chunk; its batch's files at the provider are deleted. */
  public BatchEntry discarded(Instant now) {
    return copy().file(null).times(times.discardedAt(now.toEpochMilli())).make();
  }

  private Copy copy() {
    return new Copy(this);
  }

  /** Copies an entry with some fields changed. The copy has no problem. */
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

    /** Replaces the input, with null for none, and remembers the previous one. */
    Copy file(@Nullable String id) {
      fileId = id;
      formerFiles = before.allFiles();
      return this;
    }

    /** Records that no batch of the chunk is older. */
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
