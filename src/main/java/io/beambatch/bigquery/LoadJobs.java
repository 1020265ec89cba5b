package io.beambatch.bigquery;

import com.google.api.client.util.BackOff;
import com.google.api.client.util.BackOffUtils;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.client.util.NanoClock;
import com.google.api.client.util.Sleeper;
import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfiguration;
import com.google.api.services.bigquery.model.JobConfigurationLoad;
import com.google.api.services.bigquery.model.JobReference;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs load jobs, each of them once, however often and by however many launches it is requested.
 *
 * <p>A job's id is derived from its key. An existing job is adopted and awaited; BigQuery creates
 * only one with an id. A failed job has loaded nothing, and the next id is tried, after a growing
 * pause; if it failed because of its data, at once, with the data in the most careful encoding.
 * BigQuery knows a job for six months.
 */
final class LoadJobs {
  private static final Logger LOG = LoggerFactory.getLogger(LoadJobs.class);

  /** How many jobs are started in one call before the last failure is reported. */
  private static final int STARTS = 3;

  /**
   * The same for jobs that failed because there were too many: a table allows five in ten seconds.
   */
  private static final int STARTS_AT_LIMIT = 8;

  private static final Duration FIRST_PAUSE_TO_START = Duration.ofSeconds(10);
  private static final Duration LAST_PAUSE_TO_START = Duration.ofMinutes(2);
  private static final Duration LONGEST_AT_LIMIT = Duration.ofMinutes(15);

  /** BigQuery ends load jobs after six hours. */
  private static final Duration LONGEST = Duration.ofHours(7);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(10);

  private final BigQueryClient client;
  private final String project;
  private final String location;
  private final Waits waits;

  /**
   * Runs jobs in a project.
   *
   * @param location of the dataset; empty for the default
   */
  LoadJobs(BigQueryClient client, String project, String location, Waits waits) {
    this.client = client;
    this.project = project;
    this.location = location;
    this.waits = waits;
  }

  /**
   * Runs a job, unless it has run already.
   *
   * @param key identifies the job permanently; {@code [A-Za-z0-9_-]+}
   * @param maker called only if the job must be started
   * @return the job, which has succeeded
   */
  Job once(String key, Maker maker) throws IOException, InterruptedException {
    BackOff pauses = pauses(FIRST_PAUSE_TO_START, LAST_PAUSE_TO_START, LONGEST);
    int started = 0;
    RowEncoding encoding = RowEncoding.PLAIN;
    for (int number = 0; ; number++) {
      JobReference reference = reference(key + "-" + number);
      Optional<Job> known = client.job(reference);
      if (known.isEmpty()) {
        started++;
        start(
            new Job()
                .setJobReference(reference)
                .setConfiguration(
                    new JobConfiguration()
                        .setLoad(maker.make(encoding))
                        .setLabels(Map.of("program", "beam-batch-inference"))));
      } else {
        LOG.info("load job {} exists already", reference.getJobId());
      }
      Job job = awaited(reference);
      ErrorProto error = job.getStatus().getErrorResult();
      if (error == null) {
        return job;
      }
      boolean mayHelp =
          isTransient(error)
              || (isAboutData(error) && encoding == RowEncoding.PLAIN)
              || started == 0;
      boolean atLimit = BigQueryClient.RATE_LIMITS.contains(error.getReason());
      if (started >= (atLimit ? STARTS_AT_LIMIT : STARTS) || !mayHelp) {
        String message = failed(job, error);
        throw isTransient(error)
            ? BigQueryException.passing(message, null)
            : BigQueryException.of(message);
      }
      if (isTransient(error) && started > 0) {
        LOG.warn("{}; starting another after a pause", failed(job, error));
        BackOffUtils.next(waits.sleeper(), pauses);
      }
      if (isAboutData(error) && encoding == RowEncoding.PLAIN) {
        LOG.warn(
            "load job {} failed for its data; the next one has fractions in columns of type JSON"
                + " as texts",
            reference.getJobId());
        encoding = RowEncoding.CAREFUL;
      }
    }
  }

  /** Returns whether a job was started for a key. */
  boolean isKnown(String key) throws IOException {
    return client.job(reference(key + "-0")).isPresent();
  }

  /** Starts a job, after pauses if BigQuery accepts none for the moment. */
  private void start(Job job) throws IOException, InterruptedException {
    BackOff pauses = pauses(FIRST_PAUSE_TO_START, LAST_PAUSE_TO_START, LONGEST_AT_LIMIT);
    while (!client.start(job)) {
      LOG.warn("BigQuery accepts no jobs at the moment; trying again after a pause");
      if (!BackOffUtils.next(waits.sleeper(), pauses)) {
        throw BigQueryException.passing(
            "BigQuery has accepted no jobs for "
                + LONGEST_AT_LIMIT.toMinutes()
                + " minutes, because there were too many (rateLimitExceeded); the answers are safe:"
                + " run the same command again in a while",
            null);
      }
    }
  }

  private BackOff pauses(Duration first, Duration last, Duration longest) {
    return new ExponentialBackOff.Builder()
        .setInitialIntervalMillis(Math.toIntExact(first.toMillis()))
        .setMultiplier(2)
        .setMaxIntervalMillis(Math.toIntExact(last.toMillis()))
        .setMaxElapsedTimeMillis(Math.toIntExact(longest.toMillis()))
        .setNanoClock(waits.clock())
        .build();
  }

  private Job awaited(JobReference reference) throws IOException, InterruptedException {
    BackOff pauses = pauses(FIRST_PAUSE, LAST_PAUSE, LONGEST);
    while (true) {
      Job job =
          client
              .job(reference)
              .orElseThrow(
                  () -> BigQueryException.of("job " + reference.getJobId() + " is missing"));
      if ("DONE".equals(job.getStatus().getState())) {
        return job;
      }
      if (!BackOffUtils.next(waits.sleeper(), pauses)) {
        throw BigQueryException.passing(
            "job "
                + reference.getJobId()
                + " is still "
                + job.getStatus().getState()
                + " after "
                + LONGEST.toHours()
                + " hours; run the same command again to wait longer",
            null);
      }
    }
  }

  private JobReference reference(String id) {
    JobReference reference = new JobReference().setProjectId(project).setJobId(id);
    return location.isEmpty() ? reference : reference.setLocation(location);
  }

  private static boolean isTransient(ErrorProto error) {
    return switch (String.valueOf(error.getReason())) {
      case "backendError",
          "internalError",
          "rateLimitExceeded",
          "jobRateLimitExceeded",
          "jobBackendError",
          "quotaExceeded",
          "timeout" ->
          true;
      default -> false;
    };
  }

  /** Returns whether BigQuery rejects the rows, and not the job. */
  private static boolean isAboutData(ErrorProto error) {
    return "invalid".equals(error.getReason());
  }

  private static String failed(Job job, ErrorProto error) {
    return "load job "
        + job.getJobReference().getJobId()
        + " into "
        + job.getConfiguration().getLoad().getDestinationTable().getTableId()
        + " failed ("
        + error.getReason()
        + "): "
        + words(error)
        + "; nothing was loaded by it, and the answers are safe: run the same command again once"
        + " the cause is removed";
  }

  /** The message of an error; errors about data may show the data, and are not quoted. */
  private static String words(ErrorProto error) {
    String message = String.valueOf(error.getMessage());
    return message.startsWith("Error while reading data")
        ? "Error while reading data"
            + (error.getLocation() == null ? "" : " " + error.getLocation())
        : message;
  }

  /** Creates the configuration of a job. */
  @FunctionalInterface
  interface Maker {
    JobConfigurationLoad make(RowEncoding encoding) throws IOException;
  }

  /** How to wait between two polls of a job: in real time, or in a test's time. */
  record Waits(Sleeper sleeper, NanoClock clock) {
    static final Waits REAL = new Waits(Sleeper.DEFAULT, NanoClock.SYSTEM);
  }
}
