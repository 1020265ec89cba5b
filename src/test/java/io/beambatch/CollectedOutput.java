package io.beambatch;

import java.util.List;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.values.OutputBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What a step that is called without a pipeline puts out.
 *
 * @param values in the order in which they came out
 */
public record CollectedOutput<T>(List<T> values) implements OutputReceiver<T> {
  @Override
  public void output(T value) {
    values.add(value);
  }

  @Override
  public OutputBuilder<T> builder(@Nullable T value) {
    throw new UnsupportedOperationException();
  }
}
