package io.beambatch.bigquery;

import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;

/** Registers {@link BigQueryAccess} with Beam's parser of options, which finds it as a service. */
public final class BigQueryAccessRegistrar implements PipelineOptionsRegistrar {
  @Override
  public Iterable<Class<? extends PipelineOptions>> getPipelineOptions() {
    return List.of(BigQueryAccess.class);
  }
}
