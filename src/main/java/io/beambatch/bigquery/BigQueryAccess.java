package io.beambatch.bigquery;

import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryServices;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryServicesImpl;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Hidden;

/** Pipeline options for access to BigQuery: Beam's, and one more for tests. */
public interface BigQueryAccess extends BigQueryOptions {
  @Hidden
  @Description("The services that rows are read through.")
  @Default.Class(BigQueryServicesImpl.class)
  Class<? extends BigQueryServices> getBigQueryServicesClass();

  void setBigQueryServicesClass(Class<? extends BigQueryServices> services);
}
