package io.beambatch.run;

import io.beambatch.batch.Owner;
import io.beambatch.ledger.Records;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A launch that is working on a run. Until something of the run was sent, the run's record names
 * the launch, so that no other launch starts the run over meanwhile; closing removes the name.
 */
public final class RunLaunch implements AutoCloseable {
  private final Run run;
  private final @Nullable Records<RunRecord> records;
  private final @Nullable Owner owner;

  private RunLaunch(Run run, @Nullable Records<RunRecord> records, @Nullable Owner owner) {
    this.run = run;
    this.records = records;
    this.owner = owner;
  }

  /** A launch of a run that has sent something: no launch starts that over. */
  static RunLaunch ofSent(Run run) {
    return new RunLaunch(run, null, null);
  }

  /** A launch of a run whose record names it. */
  static RunLaunch ofUnsent(Run run, Records<RunRecord> records, Owner owner) {
    return new RunLaunch(run, records, owner);
  }

  /** The run. */
  public Run run() {
    return run;
  }

  @Override
  public void close() throws IOException {
    if (records == null || owner == null) {
      return;
    }
    owner.retire();
    while (true) {
      Optional<Records.Version<RunRecord>> now = records.read(run.name());
      if (now.isEmpty()
          || records.replace(now.get(), now.get().value().without(owner.name())).isPresent()) {
        return;
      }
    }
  }
}
