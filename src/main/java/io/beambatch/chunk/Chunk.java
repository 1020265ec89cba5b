package io.beambatch.chunk;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parts that together keep the provider's limits; it becomes exactly one batch.
 *
 * @param id unique within the run: attempt, window (if there is more than one) and number, such as
 *     {@code a1-c00003}; {@code [A-Za-z0-9_-]+}
 * @param attempt 1 for the first sending of its documents
 * @param parts at least one, in the order in which they are uploaded
 * @param after the chunk whose batch must end before this one gets its own; null if there is none
 * @param canary whether its requests are a sample, and all others wait until that is judged
 */
public record Chunk(
    String id,
    int attempt,
    List<Part> parts,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String after,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean canary) {

  /** A chunk that waits for no other. */
  public Chunk(String id, int attempt, List<Part> parts) {
    this(id, attempt, parts, null);
  }

  /** A chunk that is no canary. */
  public Chunk(String id, int attempt, List<Part> parts, @Nullable String after) {
    this(id, attempt, parts, after, false);
  }

  /** The number of lines of its input file. */
  public int requests() {
    return parts.stream().mapToInt(Part::requests).sum();
  }

  /** The exact size of its input file. */
  public long bytes() {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  /** Estimated prompt tokens. */
  public long tokens() {
    return parts.stream().mapToLong(Part::tokens).sum();
  }
}
