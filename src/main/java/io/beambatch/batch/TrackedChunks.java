package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The chunks that one coordinator looks after, in the order in which they came. */
final class TrackedChunks {
  private final Map<String, TrackedChunk> byId = new LinkedHashMap<>();
  private int seen;
  private int ended;
  private long requests;
  private long answeredOfEnded;

  boolean contains(String chunkId) {
    return byId.containsKey(chunkId);
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  void add(TrackedChunk chunk) {
    byId.put(chunk.chunk().id(), chunk);
    seen++;
    requests += chunk.chunk().requests();
  }

  /** Forgets all but these. */
  void retain(Set<String> chunkIds) {
    byId.keySet().retainAll(chunkIds);
  }

  /** All of them as they are now; they may be handed out meanwhile. */
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

  /** Lets go of a chunk that has ended. */
  AwaitedChunk release(TrackedChunk chunk) {
    byId.remove(chunk.chunk().id());
    ended++;
    answeredOfEnded += chunk.chunk().requests();
    BatchEnd end = chunk.entry().end();
    return new AwaitedChunk(
        chunk.chunk(),
        chunk.entry().batchId(),
        end.status(),
        end.outputFileId(),
        end.errorFileId(),
        end.errors());
  }

  /** Tells whoever watches how far they have come. */
  void publish() {
    long answered = stream().mapToLong(chunk -> chunk.answered).sum();
    int submitted = (int) stream().filter(chunk -> chunk.entry().batchId() != null).count();
    new BatchProgress(seen, ended + submitted, ended, requests, answeredOfEnded + answered)
        .publish();
  }
}
