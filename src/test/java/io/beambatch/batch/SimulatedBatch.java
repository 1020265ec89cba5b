package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch of the simulated provider: what it looks like follows from its fate and the time. */
final class SimulatedBatch {
  private static final Duration WINDOW = Duration.ofHours(24);

  final String id;
  final Instant created;
  final Map<String, String> metadata;
  final Fate fate;
  private final String endpoint;
  private final String inputFileId;
  private final Instant shownAsCreated;
  private final Instant validated;
  private final Instant finished;
  private final Instant expiry;
  private List<BatchError> errors = List.of();
  private @Nullable Instant cancelled;
  private Instant gone = Instant.MAX;
  private @Nullable Instant hiddenUntil;
  private boolean eternal;
  private boolean unwanted;

  /** What it looks like from its end on: the list shows most batches long after that. */
  private @Nullable Batch last;

  /**
   * What is going to happen to it.
   *
   * @param requests how many lines it has
   * @param bad how many of them fail
   * @param validating how long it is validated
   * @param answering how long it takes to answer all lines
   * @param finalizing how long it takes to put the files together
   * @param stuckAt after how many lines it stops moving
   * @param expires whether it ends after its window
   * @param cancelling how long it takes to cancel it; null for ever
   * @param listLag after which it shows in the list
   * @param getLag after which it can be found by its id
   * @param hidden how long after the end its files are not shown
   * @param lies what its counts say
   */
  record Fate(
      int requests,
      int bad,
      Duration validating,
      Duration answering,
      Duration finalizing,
      int stuckAt,
      boolean expires,
      @Nullable Duration cancelling,
      Duration listLag,
      Duration getLag,
      Duration hidden,
      Lies lies) {

    /** The same for a batch of so many lines. */
    Fate of(int lines) {
      return new Fate(
          lines,
          Math.min(bad, lines),
          validating,
          answering,
          finalizing,
          stuckAt < requests ? Math.min(stuckAt, lines) : lines,
          expires,
          cancelling,
          listLag,
          getLag,
          hidden,
          lies);
    }

    /** The same for a batch that nobody looks after: it ends with its window at the latest. */
    Fate expiring() {
      return new Fate(
          requests,
          bad,
          validating,
          answering,
          finalizing,
          stuckAt,
          true,
          cancelling,
          listLag,
          getLag,
          hidden,
          lies);
    }
  }

  /** What a batch's counts say. */
  enum Lies {
    NONE,
    ALL_COMPLETED,
    NONE_FAILED
  }

  SimulatedBatch(
      String id,
      Instant created,
      String endpoint,
      String inputFileId,
      Map<String, String> metadata,
      Fate fate,
      Duration skew) {
    this.id = id;
    this.created = created;
    this.endpoint = endpoint;
    this.inputFileId = inputFileId;
    this.metadata = metadata;
    this.fate = fate;
    this.shownAsCreated = Instant.ofEpochSecond(created.plus(skew).getEpochSecond());
    this.validated = created.plus(fate.validating());
    this.finished = validated.plus(fate.answering()).plus(fate.finalizing());
    this.expiry = created.plus(WINDOW);
  }

  @Nullable String key() {
    return metadata.get("beambatch_key");
  }

  Instant validated() {
    return validated;
  }

  Instant listed() {
    return hiddenUntil != null ? hiddenUntil : created.plus(fate.listLag());
  }

  /** Lets the list show it only from then on. */
  void hideUntil(Instant time) {
    hiddenUntil = time;
  }

  /** Whether somebody has cancelled it, be it in time or too late. */
  boolean wasCancelled() {
    return unwanted;
  }

  void fail(BatchError error) {
    errors = List.of(error);
    last = null;
  }

  /** Lets the provider forget it, some time after it was created. */
  void vanish(Duration after) {
    gone = created.plus(after);
  }

  boolean isGone(Instant now) {
    return !now.isBefore(gone);
  }

  /** Returns whether it vanished before it had ended: then nobody has seen what it cost. */
  boolean isLost(Instant now) {
    return isGone(now) && !status(gone.minusNanos(1)).ended();
  }

  /** Lets it never end, once it is cancelled. */
  void cancelForEver() {
    eternal = true;
    last = null;
  }

  private @Nullable Duration cancelling() {
    return eternal ? null : fate.cancelling();
  }

  void cancel(Instant now) {
    unwanted = true;
    if (cancelled == null && !status(now).ended()) {
      cancelled = now;
      last = null;
    }
  }

  /** When it ends by itself, or null for never. */
  private @Nullable Instant natural() {
    if (!errors.isEmpty()) {
      return validated;
    }
    boolean finishes = fate.stuckAt() >= fate.requests();
    if (finishes && !(fate.expires() && finished.isAfter(expiry))) {
      return finished;
    }
    return fate.expires() ? expiry : null;
  }

  /** Whether it goes on for ever, if it is cancelled, or has been. */
  boolean neverEnds() {
    return ended() == null && cancelling() == null;
  }

  BatchStatus status(Instant now) {
    Instant end = natural();
    if (cancelled != null && !now.isBefore(cancelled) && (end == null || cancelled.isBefore(end))) {
      boolean over = cancelling() != null && !now.isBefore(cancelled.plus(cancelling()));
      return over ? BatchStatus.CANCELLED : BatchStatus.CANCELLING;
    }
    if (now.isBefore(validated)) {
      return BatchStatus.VALIDATING;
    }
    if (!errors.isEmpty()) {
      return BatchStatus.FAILED;
    }
    if (end != null && !now.isBefore(end)) {
      return answered(now) >= fate.requests() ? BatchStatus.COMPLETED : BatchStatus.EXPIRED;
    }
    return answered(now) >= fate.requests() ? BatchStatus.FINALIZING : BatchStatus.IN_PROGRESS;
  }

  private @Nullable Instant ended() {
    Instant end = natural();
    if (cancelled != null && (end == null || cancelled.isBefore(end))) {
      return cancelling() == null ? null : cancelled.plus(cancelling());
    }
    return end;
  }

  /** How many lines were answered, well or badly. */
  int answered(Instant now) {
    Instant until = cancelled != null && cancelled.isBefore(now) ? cancelled : now;
    if (fate.expires() && expiry.isBefore(until)) {
      until = expiry;
    }
    if (!errors.isEmpty() || until.isBefore(validated)) {
      return 0;
    }
    long all = Math.max(1, fate.answering().toMillis());
    long millis = Math.min(all, Duration.between(validated, until).toMillis());
    return (int) Math.min(fate.stuckAt(), millis * fate.requests() / all);
  }

  /** How many lines were answered well, and so are charged. */
  int charged(Instant now) {
    return Math.max(0, answered(now) - fate.bad());
  }

  @Nullable String outputFile(Instant now) {
    return charged(now) > 0 ? "out-" + id : null;
  }

  @Nullable String errorFile(Instant now) {
    boolean rest = answered(now) < fate.requests() && !now.isBefore(validated);
    return errors.isEmpty() && (rest || Math.min(fate.bad(), answered(now)) > 0)
        ? "err-" + id
        : null;
  }

  /** As a provider shows it by which batches are found as said. */
  Batch shown(Instant now, OrphanSearch search) {
    if (last != null) {
      return last;
    }
    Instant end = ended();
    boolean files = end != null && !now.isBefore(end.plus(fate.hidden()));
    Batch shown = shown(shown(now, files), files, search);
    last = files ? shown : null;
    return shown;
  }

  private Batch shown(Batch all, boolean files, OrphanSearch search) {
    boolean counted = search == OrphanSearch.COUNT;
    // Every line has a result there, also one that was never begun.
    String location = files && errors.isEmpty() ? "out-" + id : null;
    String key = key();
    return new Batch(
        id,
        all.status(),
        endpoint,
        counted ? "" : inputFileId,
        counted ? location : all.outputFileId(),
        counted ? null : all.errorFileId(),
        all.createdAt(),
        counted ? fate.requests() : all.total(),
        all.completed(),
        all.failed(),
        all.errors(),
        switch (search) {
          case TOKEN, OWN_ID, METADATA -> metadata;
          case DISPLAY_NAME -> key == null ? Map.<String, String>of() : Map.of(Batch.KEY, key);
          case INPUT_FILE, COUNT -> Map.of();
        },
        counted ? all.status() == BatchStatus.FAILED || location != null : all.hasAllResults());
  }

  private Batch shown(Instant now, boolean files) {
    BatchStatus status = status(now);
    int total = now.isBefore(validated) || !errors.isEmpty() ? 0 : fate.requests();
    boolean over = status.ended() && total > 0;
    int completed = charged(now);
    int failed = over ? total - completed : answered(now) - completed;
    if (total > 0 && fate.lies() == Lies.ALL_COMPLETED) {
      completed = total;
      failed = 0;
    } else if (fate.lies() == Lies.NONE_FAILED) {
      failed = 0;
    }
    return new Batch(
        id,
        status,
        endpoint,
        inputFileId,
        files ? outputFile(now) : null,
        files ? errorFile(now) : null,
        shownAsCreated,
        total,
        completed,
        failed,
        status == BatchStatus.FAILED ? errors : List.of(),
        metadata);
  }
}
