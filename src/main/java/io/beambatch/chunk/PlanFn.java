package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.ledger.Ledgers;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans what was gathered in a window. */
final class PlanFn extends DoFn<KV<Integer, Iterable<Tally>>, Plan> {
  private static final Logger LOG = LoggerFactory.getLogger(PlanFn.class);

  private final int attempt;
  private final RunFolder folder;
  private final Limits limits;
  private final FilePlans filePlans;
  private transient PlanStore store;
  private transient Planner planner;

  PlanFn(int attempt, RunFolder folder, Limits limits) {
    this.attempt = attempt;
    this.folder = folder;
    this.limits = limits;
    this.filePlans = new FilePlans(folder);
  }

  @Setup
  public void setup() {
    store = new PlanStore(Ledgers.open(folder));
    planner = new Planner(store, folder, limits);
  }

  @ProcessElement
  public void process(
      @Element KV<Integer, Iterable<Tally>> gathered,
      BoundedWindow window,
      OutputReceiver<Plan> out)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    TreeSet<String> files = new TreeSet<>();
    Set<String> joined = new HashSet<>();
    Shape shape = Shape.NONE;
    long read = 0;
    for (Tally tally : gathered.getValue()) {
      read += tally.read();
      if (tally.part() != null) {
        parts.add(tally.part());
      }
      if (tally.file() != null) {
        files.add(tally.file());
      }
      if (tally.joined() != null) {
        joined.add(tally.joined());
      }
      if (tally.shape() != null) {
        shape = shape.merge(tally.shape());
      }
    }
    if (attempt > 1 && (parts.isEmpty() || !followsOn(joined))) {
      return;
    }
    out.output(
        files.isEmpty()
            ? planner.plan(PlanName.of(attempt, window, parts), parts, read, shape)
            : planner.planFiles(filePlans, parts, read, List.copyOf(files), shape));
  }

  /**
   * Whether all chunks of the attempt before are joined. Where batches are looked at only once,
   * some may still be under way: a plan that is committed now would leave out what they leave over.
   */
  private boolean followsOn(Set<String> joined) throws IOException {
    for (Plan plan : store.all()) {
      if (plan.attempt() == attempt - 1
          && !plan.chunks().stream().map(Chunk::id).allMatch(joined::contains)) {
        LOG.info("attempt {} waits for the rest of plan {}", attempt, plan.name());
        return false;
      }
    }
    return true;
  }
}
