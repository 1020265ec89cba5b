package io.beambatch.run;

import io.beambatch.batch.RunIdentity;
import io.beambatch.chunk.PlanStore;
import io.beambatch.job.Job;
import io.beambatch.ledger.Ledgers;
import io.beambatch.run.Runs.Choice;
import io.beambatch.run.Runs.Run;
import io.beambatch.source.ReadGate;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run that is named when the graph is launched, and not when it is built. Whichever worker needs
 * it first begins it; all others find it.
 */
public final class LateRun implements RunIdentity.Source, ReadGate, Serializable {
  private final Job job;
  private final RunFolder folder;
  private final boolean hasToBePlanned;
  private transient RunIdentity.@Nullable Known known;

  private LateRun(Job job, RunFolder folder, boolean hasToBePlanned) {
    this.job = job;
    this.folder = folder;
    this.hasToBePlanned = hasToBePlanned;
  }

  /** A run that is begun, or gone on with. */
  public static LateRun of(Job job, RunFolder folder) {
    return new LateRun(job, folder, false);
  }

  /** A run that is only gone on with: its documents were read by an earlier launch. */
  public LateRun planned() {
    return new LateRun(job, folder, true);
  }

  @Override
  public synchronized RunIdentity.Known known() {
    if (known == null) {
      known = open().identity().source().known();
    }
    return known;
  }

  @Override
  public List<String> plans() throws IOException {
    Run run = open();
    List<String> plans = new PlanStore(Ledgers.open(folder)).namesOfFirstAttempt();
    if (hasToBePlanned && plans.isEmpty()) {
      throw new IllegalStateException(
          "run " + run.record().name() + " has nothing to collect yet; submit it first");
    }
    return plans;
  }

  private Run open() {
    Runs runs = new Runs(folder.staging(), job, Clock.systemUTC());
    try {
      if (!hasToBePlanned) {
        return runs.open(folder.run(), Choice.RESUME);
      }
      Run run = runs.known(folder.run());
      runs.requireSameJob(run);
      return run;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RunException | NoRunException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
