package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How often batches have to end before the next ones may be submitted: what {@link Quota} makes of
 * chunks if nothing else is under way, and the batches of a round end together.
 */
public final class QuotaRounds {
  private QuotaRounds() {}

  /**
   * Counts the rounds. A chunk that is over the limits by itself, and so will be refused, counts as
   * one.
   *
   * @return 0 if there are no chunks
   */
  public static int of(List<Chunk> chunks, Limits limits) {
    Quota quota = new Quota(limits);
    List<InFlightUsage> waiting = new ArrayList<>(chunks.stream().map(InFlightUsage::of).toList());
    int rounds = 0;
    while (!waiting.isEmpty()) {
      InFlightUsage inFlight = InFlightUsage.NONE;
      List<InFlightUsage> next = new ArrayList<>();
      for (InFlightUsage chunk : waiting) {
        if (quota.allows(chunk, inFlight, Instant.EPOCH)) {
          inFlight = inFlight.plus(chunk);
        } else {
          next.add(chunk);
        }
      }
      waiting = next.size() < waiting.size() ? next : waiting.subList(1, waiting.size());
      rounds++;
    }
    return rounds;
  }
}
