package io.beambatch.batch;

import java.time.Duration;
import java.time.Instant;

/** Says how soon to look again: soon after something has changed, for batches that are quick. */
final class PollBackoff {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private Instant lastChange;

  PollBackoff(Instant now) {
    lastChange = now;
  }

  /** A chunk's state has changed; its next change may be near. */
  void reset(Instant now) {
    lastChange = now;
  }

  /** How long to wait before the next look. */
  Duration pause(Duration longest, Instant now) {
    Duration tenth = Duration.between(lastChange, now).dividedBy(10);
    Duration pause = tenth.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : tenth;
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
