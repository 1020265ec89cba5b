package io.beambatch.localserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes one batch through its states, a step at a time. A configured latency is the time from
 * creation to end: a twentieth for validating, a tenth for finalizing, the rest for answering,
 * evenly.
 */
final class BatchRun {
  /** How often a waiting batch checks the clock. */
  private static final Duration LOOK = Duration.ofMillis(10);

  /** The model of moderations that name none. */
  private static final String DEFAULT_MODEL = "omni-moderation-latest";

  private static final int LINES_AT_ONCE = 256;
  private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(1);

  private final BatchState batch;
  private final BatchFormat format;
  private final BatchStore store;
  private final StoredFiles files;
  private final Answerers answerers;
  private final LocalServerSettings settings;
  private final FaultPlan faults;
  private final BooleanSupplier stopped;
  private Duration latency;
  private @Nullable BatchFate fate;
  private volatile boolean stuck;
  private @Nullable Answering answers;
  private Instant checkpointed = Instant.EPOCH;

  BatchRun(
      BatchState batch,
      BatchStore store,
      StoredFiles files,
      Answerers answerers,
      BooleanSupplier stopped) {
    this.batch = batch;
    this.format = batch.format();
    this.store = store;
    this.files = files;
    this.answerers = answerers;
    this.settings = answerers.settings();
    this.faults = answerers.faults();
    this.stopped = stopped;
    this.latency = settings.latency();
  }

  /**
   * Advances as far as the clock allows.
   *
   * @return when to be called again; null once the batch has ended or the server stops
   */
  @Nullable Duration step() throws IOException {
    while (!stopped.getAsBoolean()) {
      Instant now = settings.clock().instant();
      Duration wait =
          switch (batch.status()) {
            case VALIDATING -> validate(now);
            case IN_PROGRESS -> answer(now);
            case FINALIZING -> complete(now);
            case CANCELLING -> cancel(now);
            case FAILED, COMPLETED, EXPIRED, CANCELLED -> null;
          };
      if (wait == null || !wait.isZero()) {
        return wait;
      }
    }
    return null;
  }

  /** Returns whether it makes no progress any more, unless it is cancelled or expires. */
  boolean isStuck() {
    return stuck && batch.status() == Status.IN_PROGRESS;
  }

  /** Leaves the batch so that a later server can resume it. */
  void suspend() throws IOException {
    if (answers != null) {
      checkpoint();
      answers.close();
      answers = null;
      store.save(batch);
    }
  }

  private Duration validate(Instant now) throws IOException {
    if (now.isBefore(batch.since().plus(latency.dividedBy(20)))) {
      return LOOK;
    }
    Path input = files.content(batch.inputFileId());
    if (files.find(batch.inputFileId()).isEmpty()
        || hasFault(BatchFault.Kind.FILE_NOT_FOUND_LATER)) {
      return fail(List.of(BatchProblem.fileNotFound(batch.inputFileId())));
    }
    if (hasFault(BatchFault.Kind.INVALID_LINE)) {
      return fail(List.of(BatchProblem.invalidFirstLine()));
    }
    Validation validation;
    try (LineFile lines = LineFile.open(input, format.traits().maxRequests(settings) + 1)) {
      validation =
          new Validator(batch, settings)
              .validate(lines, () -> stopped.getAsBoolean() || batch.status() != Status.VALIDATING);
    }
    if (stopped.getAsBoolean() || batch.status() != Status.VALIDATING) {
      return Duration.ZERO;
    }
    return validation.problems().isEmpty() || !format.traits().batchesFail()
        ? accept(validation)
        : fail(validation.problems());
  }

  /** Returns whether a fault makes the whole batch fail. */
  private boolean hasFault(BatchFault.Kind kind) {
    return format.traits().batchesFail() && faults.batch(kind, batch) != null;
  }

  private Duration accept(Validation validation) throws IOException {
    String model = validation.model() == null ? DEFAULT_MODEL : validation.model();
    synchronized (store) { // two batches must not both take the rest of the limit
      long others = store.enqueuedTokens(model);
      boolean tooMany = others + validation.promptTokens() > settings.enqueuedTokenLimit();
      if (format.traits().batchesFail() && (tooMany || hasFault(BatchFault.Kind.TOKEN_LIMIT))) {
        return fail(List.of(BatchProblem.tokenLimit(model, settings.enqueuedTokenLimit())));
      }
      batch.enqueue(model, validation.promptTokens());
    }
    batch.move(
        Status.VALIDATING,
        Status.IN_PROGRESS,
        settings.clock().instant(),
        shown -> shown.set("request_counts", BatchState.counts(validation.requests(), 0, 0)));
    store.save(batch);
    return Duration.ZERO;
  }

  private Duration fail(List<BatchProblem> problems) throws IOException {
    batch.move(
        Status.VALIDATING,
        Status.FAILED,
        settings.clock().instant(),
        shown -> shown.set("errors", BatchState.errors(problems)));
    store.save(batch);
    return Duration.ZERO;
  }

  private Duration answer(Instant now) throws IOException {
    Answering open = open();
    BatchFate fate = fate();
    int due = Math.min(due(now, open.total()), fate.most(open.total()));
    while (open.answered() < due
        && now.isBefore(batch.time("expires_at"))
        && batch.status() == Status.IN_PROGRESS
        && !stopped.getAsBoolean()) {
      open.answer(Math.min(due, open.answered() + LINES_AT_ONCE), now.getEpochSecond());
      now = settings.clock().instant();
      showProgress(now);
    }
    boolean early = fate.expires() && open.answered() >= fate.most(open.total());
    if (early || !now.isBefore(batch.time("expires_at"))) {
      return end(Status.IN_PROGRESS, Status.EXPIRED, BatchFormat.Unanswered.EXPIRED);
    }
    if (open.answered() < open.total()) {
      stuck = fate.isStuckAfter(open.answered(), open.total());
      return LOOK;
    }
    if (batch.status() == Status.IN_PROGRESS) {
      checkpoint();
      batch.move(Status.IN_PROGRESS, Status.FINALIZING, now, shown -> {});
      store.save(batch);
    }
    return Duration.ZERO;
  }

  private BatchFate fate() {
    if (fate == null) {
      fate = faults.fate(batch);
      latency = settings.latency().plusMillis(fate.slowByMillis());
    }
    return fate;
  }

  /** The number of lines that should be answered by now. */
  private int due(Instant now, int total) {
    if (latency.isZero()) {
      return total;
    }
    Duration since = Duration.between(batch.since(), now);
    double share = since.toNanos() / (latency.toNanos() * 0.85);
    return (int) Math.min(total, Math.max(0, share * total));
  }

  private Duration complete(Instant now) throws IOException {
    if (now.isBefore(batch.created().plus(latency))) {
      return LOOK;
    }
    return end(Status.FINALIZING, Status.COMPLETED, null);
  }

  private Duration cancel(Instant now) throws IOException {
    if (now.isBefore(batch.since().plus(latency.dividedBy(20)))) {
      return LOOK;
    }
    return end(
        Status.CANCELLING,
        Status.CANCELLED,
        batch.total() == 0 ? null : BatchFormat.Unanswered.CANCELLED);
  }

  /**
   * Publishes the results as files, and ends the batch.
   *
   * @param why lines were not answered, or null if all were
   */
  private Duration end(Status from, Status to, BatchFormat.@Nullable Unanswered why)
      throws IOException {
    boolean published =
        files.find(resultId("output")).isPresent() || files.find(resultId("error")).isPresent();
    if (batch.total() > 0 && !published) {
      Answering open = open();
      checkpoint();
      if (why != null) {
        open.giveUp(why);
      }
      open.close();
      answers = null;
    }
    String output = publish(store.output(batch), "output");
    String errors = publish(store.errors(batch), "error");
    batch.move(
        from,
        to,
        settings.clock().instant(),
        shown -> {
          shown.put("output_file_id", output).put("error_file_id", errors);
          if (batch.total() > 0) {
            shown.set("usage", BatchState.usage(batch.progress()));
            BatchState.countRest(shown);
          }
        });
    store.save(batch);
    return Duration.ZERO;
  }

  /** Moves a non-empty result file to the files, and returns its id. */
  private @Nullable String publish(Path path, String kind) throws IOException {
    String id = resultId(kind);
    if (!Files.exists(path)) {
      return files.find(id).isPresent() ? id : null;
    }
    if (Files.size(path) == 0) {
      Files.delete(path);
      return null;
    }
    Long seconds = batch.outputSeconds();
    files.add(
        id,
        path,
        batch.id() + "_" + kind + ".jsonl",
        format.traits().purpose() + "_output",
        seconds == null ? Long.valueOf(format.traits().resultsKept().toSeconds()) : seconds);
    return id;
  }

  /** Derived from the batch, so that a crash while it ends leaves one file, not two. */
  private String resultId(String kind) {
    return format.resultFileId(Ids.derived(batch.number(), kind.hashCode()));
  }

  /** Ends a batch that can't go on, so that no client waits for it. */
  void abort(Exception cause) throws IOException {
    BatchProblem problem =
        cause instanceof NoSuchFileException && files.find(batch.inputFileId()).isEmpty()
            ? BatchProblem.fileNotFound(batch.inputFileId())
            : BatchProblem.ofFile(
                "server_error", "The server could not continue this batch: " + cause);
    Status from = batch.status();
    batch.move(
        from,
        Status.FAILED,
        settings.clock().instant(),
        shown -> shown.set("errors", BatchState.errors(List.of(problem))));
    store.save(batch);
  }

  private Answering open() throws IOException {
    if (answers == null) {
      answers = answerers.open(batch, store, files.content(batch.inputFileId()));
    }
    return answers;
  }

  /** Updates the counts, and from time to time saves a checkpoint. */
  private void showProgress(Instant now) throws IOException {
    if (Duration.between(checkpointed, now).compareTo(CHECKPOINT_EVERY) >= 0) {
      checkpointed = now;
      checkpoint();
      store.save(batch);
    } else {
      Answering lines = open();
      batch.show(lines.completed(), lines.failed());
    }
  }

  private void checkpoint() throws IOException {
    batch.progress(open().checkpoint());
  }
}
