package io.beambatch.batch;

import io.beambatch.error.ExitCode;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** The chunks of one coordinator, in the order in which they were added. */
final class TrackedChunks {
  private static final Logger LOG = LoggerFactory.getLogger(TrackedChunks.class);
  private static final Duration FIRST_REST = Duration.ofMinutes(2);
  private static final Duration LONGEST_REST = Duration.ofHours(1);

  private final BatchMark marks;
  private final Map<String, TrackedChunk> byId = new LinkedHashMap<>();
  private final Map<String, Rest> resting = new HashMap<>();
  private @Nullable BatchException failure;

  /** The progress of chunks that are no longer tracked, by attempt. */
  private final SortedMap<Integer, BatchProgress> gone = new TreeMap<>();

  TrackedChunks(BatchMark marks) {
    this.marks = marks;
  }

  /** The marks by which batches are matched to these chunks. */
  BatchMark marks() {
    return marks;
  }

  boolean contains(String chunkId) {
    return byId.containsKey(chunkId);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  void add(TrackedChunk chunk) {
    byId.put(chunk.id(), chunk);
    marks.of(chunk);
  }

  /** Forgets all chunks but these. */
  void retain(Set<String> chunkIds) {
    all().stream().filter(chunk -> !chunkIds.contains(chunk.id())).forEach(this::forget);
  }

  /** A copy of the list; chunks may be removed while it is walked. */
  List<TrackedChunk> all() {
    return List.copyOf(byId.values());
  }

  Stream<TrackedChunk> stream() {
    return byId.values().stream();
  }

  List<TrackedChunk> in(State state) {
    return stream().filter(chunk -> chunk.state() == state).toList();
  }

  boolean any(Predicate<TrackedChunk> condition) {
    return stream().anyMatch(condition);
  }

  /** What they have in flight. */
  InFlightUsage inFlight() {
    return stream()
        .filter(TrackedChunk::isInFlight)
        .map(chunk -> InFlightUsage.of(chunk.chunk()))
        .reduce(InFlightUsage.NONE, InFlightUsage::plus);
  }

  /** What other coordinators, other runs and other programs have in flight. */
  InFlightUsage inFlightOfOthers(BatchListing batches, CoordinatorContext context) {
    Set<String> ours = new HashSet<>();
    stream()
        .filter(TrackedChunk::isInFlight)
        .forEach(
            chunk -> {
              Stream.ofNullable(chunk.entry().batchId()).forEach(ours::add);
              Stream.ofNullable(marks.of(chunk)).forEach(ours::add);
            });
    OrphanSearch search = context.provider().capabilities().orphans();
    return InFlightUsage.ofOthers(
        batches,
        batch ->
            ours.contains(batch.id()) || ours.contains(String.valueOf(BatchMark.of(batch, search))),
        context.settings().inference().request(),
        context.clock().instant().minus(InFlightUsage.horizon(context.provider().capabilities())));
  }

  /** Removes a chunk that has ended. */
  AwaitedChunk remove(TrackedChunk chunk) {
    forget(chunk);
    return AwaitedChunk.of(chunk.chunk(), chunk.entry());
  }

  private void forget(TrackedChunk chunk) {
    byId.remove(chunk.id());
    gone.merge(chunk.chunk().attempt(), progress(chunk, true), BatchProgress::plus);
  }

  /**
   * Sets a chunk aside, so that the others go on, and records the reason in the ledger. A later
   * launch takes it up again.
   */
  void setAside(TrackedChunk chunk, BatchException.OfOneChunk reason, Instant now)
      throws IOException {
    postpone(chunk.id(), reason, now);
    byId.remove(chunk.id());
    gone.merge(chunk.chunk().attempt(), progress(chunk, false), BatchProgress::plus);
    if (chunk.state() == State.PLANNED || chunk.state() == State.SUBMITTED) {
      // Not while it is submitting: the write would make the process that submits it lose its
      // compare-and-set.
      chunk.advance(
          chunk
              .entry()
              .failed(
                  Objects.requireNonNull(reason.getMessage()),
                  reason.exitCode() == ExitCode.OVER_BUDGET));
    }
  }

  /** Sets a chunk aside for a while, in memory only. */
  void postpone(String chunkId, BatchException reason, Instant now) {
    // A limit on cost stops all following chunks, too. If nothing is in flight, the launch ends
    // with this reason as its error.
    boolean isTold =
        reason.exitCode() == ExitCode.OVER_BUDGET
            && (failure != null || !any(TrackedChunk::isInFlight));
    LOG.atLevel(isTold ? Level.INFO : Level.ERROR)
        .log("{} is set aside: {}", chunkId, reason.getMessage());
    resting.merge(chunkId, Rest.first(now), (before, first) -> before.longer(now));
    failure = failure == null ? reason : failure;
  }

  /** Returns whether a chunk is set aside, and it is too early to try again. */
  boolean isSetAside(String chunkId, Instant now) {
    Rest rest = resting.get(chunkId);
    return rest != null && now.isBefore(rest.until());
  }

  /** Why the first chunk was set aside. */
  Optional<BatchException> failure() {
    return Optional.ofNullable(failure);
  }

  /** The progress of each attempt, the first attempt first. */
  Collection<BatchProgress> progress() {
    SortedMap<Integer, BatchProgress> all = new TreeMap<>(gone);
    stream()
        .forEach(
            chunk ->
                all.merge(chunk.chunk().attempt(), progress(chunk, false), BatchProgress::plus));
    return all.values();
  }

  /** How long a stream sets a chunk aside; longer each time. */
  private record Rest(Instant until, Duration pause) {
    static Rest first(Instant now) {
      return new Rest(now.plus(FIRST_REST), FIRST_REST);
    }

    Rest longer(Instant now) {
      Duration twice = pause.multipliedBy(2);
      Duration next = twice.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : twice;
      return new Rest(now.plus(next), next);
    }
  }

  private static BatchProgress progress(TrackedChunk chunk, boolean ended) {
    boolean submitted = ended || chunk.entry().batchId() != null;
    return new BatchProgress(
        chunk.chunk().attempt(),
        1,
        submitted ? 1 : 0,
        ended ? 1 : 0,
        chunk.chunk().requests(),
        chunk.answered());
  }
}
