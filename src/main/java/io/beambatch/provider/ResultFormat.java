package io.beambatch.provider;

import io.beambatch.json.JsonSlice;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How a provider writes results: turns a line of its result files into what the join needs to know.
 * Everything behind it is the same for all providers. An implementation never throws for what a
 * line contains.
 */
public interface ResultFormat {

  /**
   * The id of the request that a line answers; null if it has none, or can't be read that far. The
   * line may be only the beginning of one.
   */
  @Nullable String customId(JsonSlice line) throws IOException;

  /**
   * Reads a line.
   *
   * @return null if the line is not well-formed
   */
  @Nullable ResultLine read(JsonSlice line) throws IOException;
}
