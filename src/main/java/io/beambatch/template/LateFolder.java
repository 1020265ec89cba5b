package io.beambatch.template;

import java.io.Serializable;
import org.apache.beam.sdk.options.ValueProvider;
import org.jspecify.annotations.Nullable;

/**
 * The path of a run's folder, known when a classic template is launched.
 *
 * @param staging the staging location
 * @param job the job's name
 * @param run the run's name
 */
record LateFolder(ValueProvider<String> staging, String job, ValueProvider<String> run)
    implements ValueProvider<String>, Serializable {

  @Override
  public String get() {
    return given("staging", staging).replaceAll("/+$", "") + "/" + job + "/" + given("run", run);
  }

  @Override
  public boolean isAccessible() {
    return staging.isAccessible() && run.isAccessible();
  }

  private static String given(String name, ValueProvider<String> parameter) {
    @Nullable String value = parameter.get();
    if (value == null) {
      throw new ParameterException("The parameter " + name + " is missing");
    }
    return value;
  }
}
