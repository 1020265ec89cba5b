package io.beambatch.provider;

import io.beambatch.json.JsonSlice;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How a provider writes results: it turns a line of a result file into what the join needs. All
 * code after it is the same for all providers. An implementation never throws because of a line's
 * contents.
 */
public interface ResultFormat {

  /**
   * The id of the request that a line answers; null if it has none, or can't be read. The line may
   * be truncated.
   */
  @Nullable String customId(JsonSlice line) throws IOException;

  /**
   * Reads a line.
   *
   * @return null if the line is not well-formed
   */
  @Nullable ResultLine read(JsonSlice line) throws IOException;
}
