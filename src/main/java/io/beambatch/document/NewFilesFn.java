package io.beambatch.document;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.apache.beam.sdk.transforms.Watch.Growth.PollFn;
import org.apache.beam.sdk.transforms.Watch.Growth.PollResult;
import org.joda.time.Instant;

/** From a list of patterns to the files that there are at each look; each has the look's time. */
final class NewFilesFn extends PollFn<List<String>, String> {
  private final Clock clock;

  NewFilesFn(Clock clock) {
    this.clock = clock;
  }

  @Override
  public PollResult<String> apply(List<String> patterns, Context context) throws IOException {
    Instant now = Instant.ofEpochMilli(clock.millis());
    List<String> files = List.copyOf(FilePatterns.matchAny(patterns));
    return PollResult.incomplete(now, files).withWatermark(now);
  }
}
