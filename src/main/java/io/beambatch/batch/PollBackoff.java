package io.beambatch.batch;

import java.time.Duration;
import java.time.Instant;

/**
 * When something last moved. That says how soon to look again, and whether it is any use to wait
 * for one's turn.
 */
final class PollBackoff {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private Instant lastChange;
  private Instant lastProgress;

  PollBackoff(WaitPolicy waitPolicy, Instant now) {
    lastChange = now;
    lastProgress = waitPolicy.beginningOfWait(Instant.EPOCH, now);
  }

  /** A chunk's state has changed; its next change may be near. */
  void changed(Instant now) {
    lastChange = now;
  }

  /** A batch of ours has got further; a creation alone may be refused again. */
  void progressed(Instant when) {
    lastProgress = when.isAfter(lastProgress) ? when : lastProgress;
  }

  /** When a batch of ours last got further. */
  Instant lastProgress() {
    return lastProgress;
  }

  /** How long to wait before the next look: little at first, for batches that are quick. */
  Duration pause(Duration longest, Instant now) {
    Duration tenth = Duration.between(lastChange, now).dividedBy(10);
    Duration pause = tenth.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : tenth;
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
