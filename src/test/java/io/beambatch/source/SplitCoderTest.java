package io.beambatch.source;

import java.util.List;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;

class SplitCoderTest {
  @Test
  void roundTripsSplits() throws Exception {
    SplitCoder coder = SplitCoder.of();
    CoderProperties.coderSerializable(coder);
    for (FileSplit split :
        List.of(
            new FileSplit("a", "a", 0, FileSplit.WHOLE, 1, 70, null, null),
            new FileSplit("gs://b/a.csv", "p", 1L << 40, 5, 1L << 33, List.of("a", "é")),
            FileSplit.refused("a.csv", "gzip data"))) {
      CoderProperties.coderDecodeEncodeEqual(coder, split);
      CoderProperties.coderDeterministic(coder, split, split);
      CoderProperties.coderConsistentWithEquals(coder, split, split);
    }
  }

  /** Runners keep splits in state, and hand them to a later program. */
  @Test
  void encodingsStayAsTheyAre() throws Exception {
    FileSplit split =
        new FileSplit(
            "gs://b/a.csv", "p", 1L << 40, 5, 1L << 33, 70, List.of("a", "é"), "gzip data");
    String encoded = "DGdzOi8vYi9hLmNzdgFwgICAgIAgBYCAgIAgRgEAAAACAWECw6kBCWd6aXAgZGF0YQ";
    CoderProperties.coderEncodesBase64(SplitCoder.of(), split, encoded);
    CoderProperties.coderDecodesBase64(SplitCoder.of(), encoded, split);
  }
}
