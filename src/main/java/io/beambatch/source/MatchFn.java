package io.beambatch.source;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;

/** From a list of patterns to the files that there are now. */
final class MatchFn extends DoFn<List<String>, String> {
  @ProcessElement
  public void match(@Element List<String> patterns, OutputReceiver<String> files)
      throws IOException {
    FilePatterns.matchAll(patterns).forEach(files::output);
  }
}
