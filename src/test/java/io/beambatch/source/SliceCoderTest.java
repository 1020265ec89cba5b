package io.beambatch.source;

import java.util.List;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;

class SliceCoderTest {
  @Test
  void roundTripsSlices() throws Exception {
    SliceCoder coder = SliceCoder.of();
    CoderProperties.coderSerializable(coder);
    for (Slice slice :
        List.of(
            Slice.whole("a.txt"),
            new Slice("gs://b/a.csv", "p", 1L << 40, 5, 1L << 33, CsvHeader.of(List.of("a", "é"))),
            new Slice("a.csv", "p", 0, 5, 1, CsvHeader.broken("no name")))) {
      CoderProperties.coderDecodeEncodeEqual(coder, slice);
      CoderProperties.coderDeterministic(coder, slice, slice);
      CoderProperties.coderConsistentWithEquals(coder, slice, slice);
    }
  }
}
