package io.beambatch.job;

/** Which files of a finished run stay in the staging location: {@code keep} in the job file. */
public enum Keep {
  /** Only the records, which contain no documents: plans, batches, deliveries, and the report. */
  RECORDS,
  /** All files. */
  ALL
}
