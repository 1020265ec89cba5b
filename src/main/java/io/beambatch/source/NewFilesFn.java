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
 * Emits the files that are new at each poll, with the time of that poll as their timestamp.
 *
 * <p>The runner's state holds the files seen, so it is restored with everything else when the
 * runner goes back to a checkpoint. Plans that were committed since are not undone: the files in
 * them go to a separate output, and must not be read again.
 *
 * <p>The state has only the files that exist: a file that was deleted and is planned is recognised
 * by its plan if it appears again.
 */
final class NewFilesFn extends DoFn<KV<String, Long>, String> {
  private static final long serialVersionUID = 1L;

  /** How many deleted files are looked up in the plans at a time. */
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

  /** Forgets files that are deleted and planned, once there are more of them than existing ones. */
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
