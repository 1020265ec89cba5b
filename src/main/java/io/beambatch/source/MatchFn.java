package io.beambatch.source;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;

/**
 * Expands a list of patterns to the files that exist now, or passes the patterns on if the source
 * is planned.
 */
final class MatchFn extends DoFn<List<String>, String> {
  private static final long serialVersionUID = 1L;

  private final PlannedFiles planned;

  MatchFn(PlannedFiles planned) {
    this.planned = planned;
  }

  @ProcessElement
  public void match(@Element List<String> patterns, MultiOutputReceiver out) throws IOException {
    if (planned.any()) {
      patterns.forEach(out.get(ReadDocuments.PLANNED)::output);
    } else {
      FilePatterns.matchAll(patterns).forEach(out.get(ReadDocuments.ORIGINS)::output);
    }
  }
}
