package io.beambatch.job;

/**
 * What of a run stays in the staging location once it is finished. It is {@code keep} in the job
 * file.
 */
public enum Keep {
  /** The records, which hold no documents: plans, batches, what was delivered, and the report. */
  RECORDS,
  /** All files. */
  ALL
}
