package io.beambatch.run;

import io.beambatch.job.Job;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.Serializable;

/** The records by which limits on cost are enforced: those of the run, and those of the day. */
interface Accounts extends Serializable {

  /** The records in a run's folder and in its staging location. */
  static Accounts of(Job job, RunFolder folder) {
    return new Accounts() {
      private static final long serialVersionUID = 1L;

      @Override
      public Reservations reservations() {
        return Reservations.of(folder);
      }

      @Override
      public RunSnapshot run() throws IOException {
        return RunSnapshot.read(job, folder);
      }

      @Override
      public DailySpending days() {
        return DailySpending.of(folder);
      }
    };
  }

  /** The chunks that the budget has admitted. */
  Reservations reservations();

  /** All other records of the run, as they are now. */
  RunSnapshot run() throws IOException;

  /** What runs have spent on each day. */
  DailySpending days();
}
