package io.beambatch.chunk;

import io.beambatch.job.Limits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Packs parts into chunks: first fit decreasing over requests, bytes and tokens at once. The
 * largest share that a part takes of any limit decides its place in the order. The same parts
 * always give the same chunks, in whatever order they come.
 */
final class Packer {
  private Packer() {}

  /**
   * Packs the parts that have requests.
   *
   * @return the parts of each chunk; every chunk within the limits, provided every part is
   */
  static List<List<Part>> pack(List<Part> parts, Limits limits) {
    List<Part> order = new ArrayList<>(parts);
    order.removeIf(part -> part.requests() == 0);
    order.sort(
        Comparator.comparingDouble((Part part) -> -largestShare(part, limits))
            .thenComparing(Part::name));
    List<Bin> bins = new ArrayList<>();
    for (Part part : order) {
      Bin bin = null;
      for (Bin candidate : bins) {
        if (candidate.hasRoomFor(part, limits)) {
          bin = candidate;
          break;
        }
      }
      if (bin == null) {
        bin = new Bin();
        bins.add(bin);
      }
      bin.add(part);
    }
    return bins.stream().map(bin -> List.copyOf(bin.parts)).toList();
  }

  private static double largestShare(Part part, Limits limits) {
    return Math.max(
        (double) part.weight() / limits.requests(),
        Math.max(
            (double) part.bytes() / limits.bytes(),
            (double) part.tokens() / limits.enqueuedTokens()));
  }

  private static final class Bin {
    private final List<Part> parts = new ArrayList<>();
    private long requests;
    private long weight;
    private long bytes;
    private long tokens;

    boolean hasRoomFor(Part part, Limits limits) {
      return requests + part.requests() <= limits.requests()
          && weight + part.weight() <= limits.requests()
          && bytes + part.bytes() <= limits.bytes()
          && tokens + part.tokens() <= limits.enqueuedTokens()
          && requests + part.requests() <= limits.enqueuedRequests();
    }

    void add(Part part) {
      parts.add(part);
      requests += part.requests();
      weight += part.weight();
      bytes += part.bytes();
      tokens += part.tokens();
    }
  }
}
