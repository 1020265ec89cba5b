package io.beambatch.chunk;

import io.beambatch.job.Limits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packs parts into chunks that keep the limits on requests, bytes and tokens at once. The same
 * parts always give the same chunks, in whatever order they arrive.
 *
 * <p>First fit decreasing is near the optimum if all parts are similar. If some have many short
 * requests and others few long ones, it fills chunks with one kind and leaves the other limit
 * unused. So chunks are also filled one by one, each time with the part that best fits the
 * remaining space, and the better of both packings is used.
 */
final class Packer {
  /** Choosing the best part compares all of them each time, which is too slow for more. */
  private static final int MOST_TO_CHOOSE_FROM = 10_000;

  private Packer() {}

  /**
   * Packs the parts that have requests.
   *
   * @return the parts of each chunk; every chunk is within the limits, provided every part is
   */
  static List<List<Part>> pack(List<Part> parts, Limits limits) {
    List<Item> items =
        parts.stream()
            .filter(part -> part.requests() > 0)
            .map(part -> new Item(part, limits))
            .sorted(
                Comparator.comparingDouble((Item item) -> -item.largest())
                    .thenComparing(item -> item.part.name()))
            .toList();
    List<Bin> bins = firstFit(items, limits);
    if (bins.size() > 1 && items.size() <= MOST_TO_CHOOSE_FROM) {
      List<Bin> chosen = bestFit(items, limits);
      bins = chosen.size() < bins.size() ? chosen : bins;
    }
    return bins.stream().map(bin -> List.copyOf(bin.parts)).toList();
  }

  private static List<Bin> firstFit(List<Item> items, Limits limits) {
    List<Bin> bins = new ArrayList<>();
    for (Item item : items) {
      Bin bin =
          bins.stream().filter(candidate -> candidate.hasRoomFor(item)).findFirst().orElse(null);
      if (bin == null) {
        bin = new Bin(limits);
        bins.add(bin);
      }
      bin.add(item);
    }
    return bins;
  }

  private static List<Bin> bestFit(List<Item> items, Limits limits) {
    List<Bin> bins = new ArrayList<>();
    List<Item> left = new ArrayList<>(items);
    while (!left.isEmpty()) {
      Bin bin = new Bin(limits);
      for (Item item = bin.best(left); item != null; item = bin.best(left)) {
        bin.add(item);
        left.remove(item);
      }
      bins.add(bin);
    }
    return bins;
  }

  /** A part, with the fraction that it takes of each limit. */
  private static final class Item {
    private final Part part;
    private final double weight;
    private final double bytes;
    private final double tokens;

    Item(Part part, Limits limits) {
      this.part = part;
      this.weight =
          Math.max(
              (double) part.weight() / limits.requests(),
              (double) part.requests() / limits.enqueuedRequests());
      this.bytes = (double) part.bytes() / limits.bytes();
      this.tokens = (double) part.tokens() / limits.enqueuedTokens();
    }

    double largest() {
      return Math.max(weight, Math.max(bytes, tokens));
    }
  }

  private static final class Bin {
    private final Limits limits;
    private final List<Part> parts = new ArrayList<>();
    private long requests;
    private long weight;
    private long bytes;
    private long tokens;

    Bin(Limits limits) {
      this.limits = limits;
    }

    boolean hasRoomFor(Item item) {
      Part part = item.part;
      return requests + part.requests() <= Math.min(limits.requests(), limits.enqueuedRequests())
          && weight + part.weight() <= limits.requests()
          && bytes + part.bytes() <= limits.bytes()
          && tokens + part.tokens() <= limits.enqueuedTokens();
    }

    /** The part that uses most of the limit with the most space left. */
    @Nullable Item best(List<Item> items) {
      double weightLeft = 1 - (double) weight / limits.requests();
      double bytesLeft = 1 - (double) bytes / limits.bytes();
      double tokensLeft = 1 - (double) tokens / limits.enqueuedTokens();
      Item best = null;
      double bestScore = -1;
      for (Item item : items) {
        double score = item.weight * weightLeft + item.bytes * bytesLeft + item.tokens * tokensLeft;
        if (score > bestScore && hasRoomFor(item)) {
          best = item;
          bestScore = score;
        }
      }
      return best;
    }

    void add(Item item) {
      Part part = item.part;
      parts.add(part);
      requests += part.requests();
      weight += part.weight();
      bytes += part.bytes();
      tokens += part.tokens();
    }
  }
}
