package io.beambatch.source;

import java.io.IOException;
import java.util.Set;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * From looks to the files that are new at each; a file has the time of the look that found it.
 *
 * <p>Which files were seen is the runner's state, and so goes back with everything else when the
 * runner goes back to a checkpoint. Plans that were committed since do not go back: the files in
 * them come out apart, and are not to be read again.
 */
final class NewFilesFn extends DoFn<KV<String, Long>, String> {
  private final FileFinder finder;
  private final PlannedFiles plans;

  @StateId("seen")
  private final StateSpec<BagState<String>> seenSpec = StateSpecs.bag(StringUtf8Coder.of());

  NewFilesFn(FileFinder finder, PlannedFiles plans) {
    this.finder = finder;
    this.plans = plans;
  }

  @ProcessElement
  public void look(
      @StateId("seen") BagState<String> seen, PipelineOptions options, MultiOutputReceiver out)
      throws IOException {
    Set<String> found = finder.find(options);
    seen.read().forEach(found::remove);
    if (found.isEmpty()) {
      return;
    }
    found.forEach(seen::add);
    Set<String> inPlans = plans.among(found);
    inPlans.forEach(out.get(ReadDocuments.PLANNED)::output);
    found.removeAll(inPlans);
    found.forEach(out.get(ReadDocuments.ORIGINS)::output);
  }

  @Teardown
  public void close() {
    finder.close();
  }
}
