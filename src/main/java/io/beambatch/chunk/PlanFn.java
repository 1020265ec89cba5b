package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.ledger.Ledgers;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection.IsBounded;

/** Plans what was gathered in a window. */
final class PlanFn extends DoFn<KV<Integer, Iterable<Tally>>, Plan> {
  private static final DateTimeFormatter WINDOW =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final int attempt;
  private final RunFolder folder;
  private final Limits limits;
  private final boolean panes;
  private transient Planner planner;

  PlanFn(int attempt, RunFolder folder, Limits limits, IsBounded bounded) {
    this.attempt = attempt;
    this.folder = folder;
    this.limits = limits;
    this.panes = bounded == IsBounded.UNBOUNDED;
  }

  @Setup
  public void setup() {
    planner = new Planner(new PlanStore(Ledgers.open(folder)), folder, limits);
  }

  @ProcessElement
  public void process(
      @Element KV<Integer, Iterable<Tally>> gathered,
      BoundedWindow window,
      PaneInfo pane,
      OutputReceiver<Plan> out)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    long read = 0;
    for (Tally tally : gathered.getValue()) {
      read += tally.read();
      if (tally.part() != null) {
        parts.add(tally.part());
      }
    }
    out.output(planner.plan(name(window, pane), attempt, parts, read));
  }

  private String name(BoundedWindow window, PaneInfo pane) {
    String name = "a" + attempt;
    if (window instanceof IntervalWindow interval) {
      name += "-w" + WINDOW.format(Instant.ofEpochMilli(interval.start().getMillis()));
    }
    return panes ? name + "-p" + pane.getIndex() : name;
  }
}
