package io.beambatch.bigquery;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.googleapis.services.AbstractGoogleClientRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfiguration;
import com.google.api.services.bigquery.model.JobConfigurationQuery;
import com.google.api.services.bigquery.model.JobReference;
import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.api.services.bigquery.model.TestIamPermissionsRequest;
import com.google.api.services.bigquery.model.TestIamPermissionsResponse;
import com.google.auth.Credentials;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.cloud.hadoop.util.ChainingHttpRequestInitializer;
import io.beambatch.job.TableName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.extensions.gcp.util.RetryHttpRequestInitializer;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Calls the parts of BigQuery's REST API that this package needs. Calls that fail with server
 * errors or broken connections are retried; a call that BigQuery refuses fails at once, with
 * BigQuery's own message.
 *
 * <p>Beam's {@code BigQueryServices} are not used here: they retry a refused call for minutes, and
 * then report only that they did.
 */
final class BigQueryClient {
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  /** Reasons that pass by themselves within seconds or minutes. */
  static final Set<String> RATE_LIMITS = Set.of("rateLimitExceeded", "jobRateLimitExceeded");

  /** How emulators reply to calls that they don't implement. */
  private static final Set<Integer> UNKNOWN_CALL = Set.of(NOT_FOUND, 405, 501);

  private final Bigquery client;
  private final BigQueryAccess access;

  private BigQueryClient(Bigquery client, BigQueryAccess access) {
    this.client = client;
    this.access = access;
  }

  /** Connects with Beam's options. */
  static BigQueryClient connect(PipelineOptions options) {
    BigQueryAccess access = options.as(BigQueryAccess.class);
    Credentials credentials = options.as(GcpOptions.class).getGcpCredential();
    HttpRequestInitializer retries = new RetryHttpRequestInitializer(List.of(NOT_FOUND, CONFLICT));
    Bigquery.Builder builder =
        new Bigquery.Builder(
                Transport.getTransport(),
                Transport.getJsonFactory(),
                credentials == null
                    ? retries
                    : new ChainingHttpRequestInitializer(
                        new HttpCredentialsAdapter(credentials), retries))
            .setApplicationName("beam-batch-inference");
    if (hasOwnEndpoint(access)) {
      builder.setRootUrl(access.getBigQueryEndpoint());
    }
    return new BigQueryClient(builder.build(), access);
  }

  /** Returns whether the options name another server than Google's. */
  static boolean hasOwnEndpoint(BigQueryAccess access) {
    return access.getBigQueryEndpoint() != null && !access.getBigQueryEndpoint().isEmpty();
  }

  /**
   * The project in which jobs run, and which pays for them.
   *
   * @param otherwise the table whose project is used if the options name none
   */
  String project(@Nullable TableName otherwise) throws BigQueryException {
    String project =
        access.getBigQueryProject() != null ? access.getBigQueryProject() : access.getProject();
    if (project != null) {
      return project;
    }
    if (otherwise == null) {
      throw BigQueryException.ofJobFile(
          "source.query: the project to run the query in is unknown; add --project=… after --");
    }
    return otherwise.project();
  }

  /** A table with its schema and size; empty if it, or its dataset, doesn't exist. */
  Optional<Table> table(TableName name) throws IOException {
    return found(
        client.tables().get(name.project(), name.dataset(), name.table()), "table " + name);
  }

  /** The location of a dataset; empty if it doesn't exist. */
  Optional<String> location(TableName name) throws IOException {
    return found(
            client.datasets().get(name.project(), name.dataset()),
            "dataset " + name.project() + ":" + name.dataset())
        .map(dataset -> dataset.getLocation() == null ? "" : dataset.getLocation());
  }

  /** A job; empty if it never existed. */
  Optional<Job> job(JobReference job) throws IOException {
    return found(
        client.jobs().get(job.getProjectId(), job.getJobId()).setLocation(job.getLocation()),
        "job " + job.getJobId());
  }

  /**
   * Starts a job, unless one with its id exists.
   *
   * @return false if BigQuery accepts none for the moment, because there were too many
   */
  boolean start(Job job) throws IOException {
    try {
      client.jobs().insert(job.getJobReference().getProjectId(), job).execute();
    } catch (GoogleJsonResponseException e) {
      if (RATE_LIMITS.contains(reason(e))) {
        return false;
      }
      if (e.getStatusCode() != CONFLICT) {
        throw refused("job " + job.getJobReference().getJobId(), e);
      }
    }
    return true;
  }

  /** The schema of a query's result. Nothing is read or charged. */
  TableSchema schemaOf(String query, String project) throws IOException {
    Job dryRun =
        new Job()
            .setConfiguration(
                new JobConfiguration()
                    .setDryRun(true)
                    .setQuery(new JobConfigurationQuery().setQuery(query).setUseLegacySql(false)));
    try {
      Job job = client.jobs().insert(project, dryRun).execute();
      TableSchema schema = job.getStatistics().getQuery().getSchema();
      if (schema == null || schema.getFields() == null) {
        throw BigQueryException.ofJobFile("source.query: gives no rows; it must be a SELECT");
      }
      return schema;
    } catch (GoogleJsonResponseException e) {
      if (e.getStatusCode() == 400 || e.getStatusCode() == NOT_FOUND) {
        throw BigQueryException.ofJobFile("source.query: " + words(e));
      }
      throw refused("source.query", e);
    }
  }

  /**
   * Checks that jobs may be run in a project, by a dry run of a query.
   *
   * @throws BigQueryException with BigQuery's own message, if not
   */
  void checkJobs(String project) throws IOException {
    Job dryRun =
        new Job()
            .setConfiguration(
                new JobConfiguration()
                    .setDryRun(true)
                    .setQuery(
                        new JobConfigurationQuery().setQuery("SELECT 1").setUseLegacySql(false)));
    try {
      client.jobs().insert(project, dryRun).execute();
    } catch (GoogleJsonResponseException e) {
      throw refused("jobs in project " + project, e);
    }
  }

  /** Returns whether the account has a permission on a table; true if the server doesn't say. */
  boolean hasPermission(String permission, TableName table) throws IOException {
    String resource =
        "projects/%s/datasets/%s/tables/%s"
            .formatted(table.project(), table.dataset(), table.table());
    try {
      TestIamPermissionsResponse answer =
          client
              .tables()
              .testIamPermissions(
                  resource, new TestIamPermissionsRequest().setPermissions(List.of(permission)))
              .execute();
      return answer.getPermissions() != null && answer.getPermissions().contains(permission);
    } catch (GoogleJsonResponseException e) {
      if (UNKNOWN_CALL.contains(e.getStatusCode())) {
        return true;
      }
      throw refused("table " + table, e);
    }
  }

  private static <T> Optional<T> found(AbstractGoogleClientRequest<T> request, String what)
      throws IOException {
    try {
      return Optional.of(request.execute());
    } catch (GoogleJsonResponseException e) {
      if (e.getStatusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      throw refused(what, e);
    }
  }

  private static BigQueryException refused(String what, GoogleJsonResponseException e) {
    String reason = reason(e);
    String advice =
        RATE_LIMITS.contains(reason)
            ? "; there were too many calls in a short time: run the same command again in a while"
            : reason.equals("quotaExceeded")
                ? "; a quota of the project or the table is used up: raise it, or run the same"
                    + " command again later"
                : switch (e.getStatusCode()) {
                  case 401 -> "; check the credentials (gcloud auth application-default login)";
                  case 403 -> "; check the account's BigQuery roles";
                  default -> "";
                };
    String message = what + ": BigQuery answered " + e.getStatusCode() + ": " + words(e) + advice;
    boolean passes =
        RATE_LIMITS.contains(reason) || reason.equals("quotaExceeded") || e.getStatusCode() >= 500;
    return passes ? BigQueryException.passing(message, e) : BigQueryException.of(message, e);
  }

  /** BigQuery's reason: a missing permission and too many calls have the same status. */
  private static String reason(GoogleJsonResponseException e) {
    return e.getDetails() == null
            || e.getDetails().getErrors() == null
            || e.getDetails().getErrors().isEmpty()
        ? ""
        : String.valueOf(e.getDetails().getErrors().get(0).getReason());
  }

  private static String words(GoogleJsonResponseException e) {
    return e.getDetails() == null || e.getDetails().getMessage() == null
        ? String.valueOf(e.getStatusMessage())
        : e.getDetails().getMessage();
  }
}
