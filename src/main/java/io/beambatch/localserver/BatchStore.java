package io.beambatch.localserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stores the batches in a folder: {@code <id>.json} is the state; {@code <id>.output} and {@code
 * <id>.errors} grow until they become files; {@code <id>.billed} names the answered lines.
 */
final class BatchStore {
  private final Path dir;
  private final Clock clock;
  private final FaultPlan faults;
  private final NavigableMap<Long, BatchState> batches = new ConcurrentSkipListMap<>();
  private final Map<String, BatchState> byId = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  BatchStore(Path dir, Clock clock, FaultPlan faults) throws IOException {
    this.dir = OwnFiles.folder(dir);
    this.clock = clock;
    this.faults = faults;
    List<Path> paths;
    try (Stream<Path> found = Files.list(dir)) {
      paths = found.filter(path -> path.toString().endsWith(".json")).toList();
    }
    for (Path path : paths) {
      put(BatchState.fromJson(ServerJson.load(path)));
    }
  }

  BatchState create(BatchOrder order) throws IOException {
    BatchState batch = BatchState.create(order, last.incrementAndGet(), clock.instant());
    faults.decide(batch);
    save(batch);
    put(batch);
    return batch;
  }

  /** Writes the state atomically. */
  void save(BatchState batch) throws IOException {
    synchronized (batch) {
      ServerJson.save(dir.resolve(batch.id() + ".json"), batch.toJson());
    }
  }

  Optional<BatchState> find(String id) {
    return Optional.ofNullable(byId.get(id)).filter(batch -> !batch.deleted());
  }

  /** The batch with an id, if that API created it. */
  Optional<BatchState> find(String id, BatchFormat format) {
    return find(id).filter(batch -> batch.format() == format);
  }

  Collection<BatchState> all() {
    return batches.values();
  }

  /** A page of the batches of one API. */
  ListPage.Page<BatchState> list(ListPage listing, BatchFormat format) {
    return listing.page(batches, batch -> batch.format() == format && !batch.deleted());
  }

  /** The number of requests of one API that are in flight. */
  long enqueuedRequests(BatchFormat format) {
    return batches.values().stream()
        .filter(batch -> batch.format() == format && !batch.status().ended())
        .mapToLong(BatchState::total)
        .sum();
  }

  /** Prompt tokens of a model's batches that have not ended. */
  long enqueuedTokens(String model) {
    return batches.values().stream()
        .filter(batch -> model.equals(batch.text("model")))
        .mapToLong(BatchState::enqueuedTokens)
        .sum();
  }

  /** When the batches after a moment were created, newest first. */
  List<Instant> createdAfter(Instant moment) {
    return batches.descendingMap().values().stream()
        .map(batch -> batch.time("created_at"))
        .takeWhile(time -> time.isAfter(moment))
        .toList();
  }

  /** Hashes of the prefixes that ended batches have left in the prompt cache at a point in time. */
  Set<Integer> cachedAt(Instant time) {
    return batches.values().stream()
        .flatMap(batch -> batch.keptUntil(time).stream())
        .collect(Collectors.toSet());
  }

  Path output(BatchState batch) {
    return dir.resolve(batch.id() + ".output");
  }

  Path errors(BatchState batch) {
    return dir.resolve(batch.id() + ".errors");
  }

  Path billed(BatchState batch) {
    return dir.resolve(batch.id() + ".billed");
  }

  private void put(BatchState batch) {
    batches.put(batch.ordinal(), batch);
    byId.put(batch.id(), batch);
    last.accumulateAndGet(batch.ordinal(), Math::max);
  }
}
