package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How often batches have to end before the next ones may be submitted: what {@link Admission} makes
 * of chunks if nothing else is under way, and the batches of a wave end together.
 */
public final class Waves {
  private Waves() {}

  /**
   * Counts the waves. A chunk that is over the limits by itself, and so will be refused, counts as
   * one.
   *
   * @return 0 if there are no chunks
   */
  public static int of(List<Chunk> chunks, Limits limits) {
    Admission admission = new Admission(limits);
    List<Enqueued> waiting = new ArrayList<>(chunks.stream().map(Enqueued::of).toList());
    int waves = 0;
    while (!waiting.isEmpty()) {
      Enqueued underWay = Enqueued.NONE;
      List<Enqueued> next = new ArrayList<>();
      for (Enqueued chunk : waiting) {
        if (admission.allows(chunk, underWay, Instant.EPOCH)) {
          underWay = underWay.plus(chunk);
        } else {
          next.add(chunk);
        }
      }
      waiting = next.size() < waiting.size() ? next : waiting.subList(1, waiting.size());
      waves++;
    }
    return waves;
  }
}
