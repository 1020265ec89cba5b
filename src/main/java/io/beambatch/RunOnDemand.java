package io.beambatch;

import io.beambatch.batch.IdentitySource;
import io.beambatch.batch.RunIdentity;
import io.beambatch.chunk.FilePlans;
import io.beambatch.job.Job;
import io.beambatch.run.Runs;
import io.beambatch.source.PlannedFiles;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The run of a {@link BatchInference}. Its name is known while the graph is built, but it is begun
 * or found where the pipeline runs, on whichever worker needs it first.
 */
final class RunOnDemand implements IdentitySource, PlannedFiles {
  private static final long serialVersionUID = 1L;

  private final Job job;
  private final String staging;
  private final String name;
  private final FilePlans plans;
  private transient @Nullable RunIdentity known;

  /**
   * A run.
   *
   * @param staging local or {@code gs://}; a relative path starts where the pipeline is built
   */
  RunOnDemand(Job job, String staging, String name) {
    this.job = job;
    this.staging = Storage.withoutSlash(Storage.absolute(staging));
    this.name = name;
    this.plans = new FilePlans(folder());
  }

  RunFolder folder() {
    return RunFolder.of(staging, job.name(), name);
  }

  /**
   * Begins the run, or finds it.
   *
   * @throws io.beambatch.error.UserException if it was begun with another job
   */
  @Override
  public synchronized RunIdentity identity() {
    if (known == null) {
      try {
        known = new Runs(staging, job, Clock.systemUTC()).join(name).identity();
      } catch (IOException e) {
        throw new UncheckedIOException(
            "Can't open run " + name + " in " + staging + ": " + e.getMessage(), e);
      }
    }
    return known;
  }

  /** Opens the run first: plans of a run that was begun with another job must not be used. */
  @Override
  public boolean any() throws IOException {
    identity();
    return plans.any();
  }

  @Override
  public Set<String> among(Collection<String> files) throws IOException {
    identity();
    return plans.among(files);
  }
}
