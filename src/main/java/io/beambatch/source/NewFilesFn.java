package io.beambatch.source;

import java.io.IOException;
import java.util.HashSet;
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
 *
 * <p>The state has the files that are there, and not all that ever were: one that is gone, and is
 * in a plan, is known by the plan, should it come back.
 */
final class NewFilesFn extends DoFn<KV<String, Long>, String> {
  private static final long serialVersionUID = 1L;

  /** So many files that are gone are looked up in the plans together. */
  static final int GONE = 100;

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
    Set<String> known = new HashSet<>();
    seen.read().forEach(known::add);
    prune(seen, known, found);
    found.removeAll(known);
    if (found.isEmpty()) {
      return;
    }
    found.forEach(seen::add);
    Set<String> inPlans = plans.among(found);
    inPlans.forEach(out.get(ReadDocuments.PLANNED)::output);
    found.removeAll(inPlans);
    found.forEach(out.get(ReadDocuments.ORIGINS)::output);
  }

  /** Forgets what is gone and planned, once there is more of it than of what is there. */
  private void prune(BagState<String> seen, Set<String> known, Set<String> found)
      throws IOException {
    Set<String> gone = new HashSet<>(known);
    gone.removeAll(found);
    if (gone.size() < Math.max(GONE, found.size())) {
      return;
    }
    Set<String> planned = plans.among(gone);
    if (!planned.isEmpty()) {
      seen.clear();
      known.stream().filter(file -> !planned.contains(file)).forEach(seen::add);
    }
  }

  @Teardown
  public void close() {
    finder.close();
  }
}
