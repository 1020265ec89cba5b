package io.beambatch.chunk;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Chunks of a first attempt, each of one part, for tests that need only their number. */
public final class SmallChunks {
  private SmallChunks() {}

  /** As many chunks, each with as many requests of 100 bytes and 1,000 tokens. */
  public static List<Chunk> of(int chunks, int requests) {
    return IntStream.range(0, chunks)
        .mapToObj(
            i ->
                new Chunk(
                    String.format(Locale.ROOT, "a1-c%05d", i),
                    1,
                    List.of(
                        new Part(
                            "p" + i,
                            requests,
                            requests,
                            100L * requests,
                            1_000L * requests,
                            Map.of()))))
        .toList();
  }
}
