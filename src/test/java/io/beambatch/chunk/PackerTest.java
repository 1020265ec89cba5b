package io.beambatch.chunk;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackerTest {
  private static final long MB_200 = 209_715_200;
  private static final Limits OPENAI = new Limits(50_000, MB_200, Long.MAX_VALUE, Long.MAX_VALUE);
  private static final Comparator<Part> BY_NAME = Comparator.comparing(Part::name);

  @Test
  void everythingThatFitsIntoOneChunkIsOneChunk() {
    assertThat(Packer.pack(List.of(part("a", 10, 100, 5), part("b", 20, 200, 9)), OPENAI))
        .hasSize(1);
  }

  @Test
  void partsWithoutRequestsAreInNoChunk() {
    assertThat(Packer.pack(List.of(part("a", 0, 0, 0)), OPENAI)).isEmpty();
  }

  @Test
  void theOrderOfPartsChangesNothing() {
    List<Part> parts = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      // Many are of the same size.
      parts.add(part("p" + i, 100 * random.nextInt(1, 20), 2_000_000L * random.nextInt(1, 4), 1));
    }
    List<List<Part>> packed = Packer.pack(parts, OPENAI);
    Collections.shuffle(parts, random);
    assertThat(Packer.pack(parts, OPENAI)).isEqualTo(packed);
  }

  @Test
  void embeddingInputsCountNotRequests() {
    Part heavy = new Part("a", 10, 30_000, 100, 1, Map.of());
    assertThat(Packer.pack(List.of(heavy, rename(heavy, "b")), OPENAI)).hasSize(2);
  }

  @Test
  void fewerEnqueuedRequestsThanABatchMayHoldMakeSmallerChunks() {
    Limits limits = new Limits(50_000, MB_200, Long.MAX_VALUE, 100);
    int share = (int) PartLimits.of(limits).weight();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      parts.add(part("p" + i, share, 100, 1));
    }

    List<List<Part>> chunks = Packer.pack(parts, limits);

    assertThat(share).isEqualTo(4);
    assertThat(chunks).hasSize(4);
    assertThat(chunks)
        .allSatisfy(
            chunk ->
                assertThat(chunk.stream().mapToInt(Part::requests).sum()).isLessThanOrEqualTo(100));
  }

  @ParameterizedTest
  @CsvSource({
    "40,1,1,1,1",
    "41,1,1,1,2",
    "1,50,1,1,1",
    "1,51,1,1,2",
    "1,1,500,1,1",
    "1,1,501,1,2",
    "1,1,1,250,1",
    "1,1,1,251,2"
  })
  void chunksAreFilledUpToEachOfTheirLimits(
      int requests, long weight, long bytes, long tokens, int chunks) {
    Limits limits = new Limits(100, 1_000, 500, 80);
    List<Part> parts =
        List.of(
            new Part("a", requests, weight, bytes, tokens, Map.of()),
            new Part(
                "b",
                Math.min(requests, 40),
                Math.min(weight, 50),
                Math.min(bytes, 500),
                Math.min(tokens, 250),
                Map.of()));

    assertThat(Packer.pack(parts, limits)).hasSize(chunks);
  }

  @Test
  void soManyPartsThatComparingAllWouldTakeTooLongFillChunksAsWell() {
    List<Part> parts =
        IntStream.range(0, 10_001)
            .mapToObj(i -> part(String.format("p%05d", i), i % 10 == 0 ? 5 : 1, 1, 1))
            .toList();

    List<List<Part>> chunks =
        Packer.pack(parts, new Limits(2_000, MB_200, Long.MAX_VALUE, Long.MAX_VALUE));

    assertThat(chunks).hasSize(8);
    assertThat(chunks.get(0)).as("the largest first").allMatch(part -> part.requests() == 5);
    assertThat(chunks.get(0).get(0).name()).isEqualTo("p00000");
    assertThat(chunks.get(0).get(1).name()).isEqualTo("p00010");
  }

  @Test
  void aMixThatFirstFitDecreasingPacksBadlyIsPackedWell() {
    chunksKeepTheLimitsAndComeWithinTenPercentOfTheLowerBoundPlusOne(0, 1_695);
  }

  /** First fit needs a chunk more for the first two mixes, and as many for the third. */
  @Test
  void aChunkIsFilledWithWhatUsesTheLimitThatHasMostLeft() {
    Limits limits = new Limits(100, 1_000, 1_000, 100);
    assertThat(
            names(
                limits,
                part("a", 55, 330, 570),
                part("b", 26, 120, 390),
                part("c", 2, 240, 510),
                part("d", 43, 260, 270),
                part("e", 14, 530, 90)))
        .containsExactly("ad", "ceb");
    assertThat(
            names(
                new Limits(100, 1_000, 1_000, 90),
                part("a", 49, 320, 550),
                part("b", 43, 430, 380),
                part("c", 15, 270, 580),
                part("d", 5, 200, 320),
                part("e", 30, 210, 180),
                part("f", 22, 520, 180),
                part("g", 48, 600, 520),
                part("h", 41, 500, 390),
                part("i", 56, 280, 170)))
        .containsExactly("ge", "ah", "bc", "ifd");
    assertThat(
            names(
                limits,
                part("a", 60, 330, 90),
                part("b", 15, 360, 530),
                part("c", 53, 230, 290),
                part("d", 53, 280, 150),
                part("e", 29, 340, 350),
                part("f", 35, 190, 280),
                part("g", 56, 230, 60),
                part("h", 31, 270, 560)))
        .as("first fit is as good, and is kept")
        .containsExactly("ah", "gbe", "cf", "d");
  }

  private static List<String> names(Limits limits, Part... parts) {
    return Packer.pack(List.of(parts), limits).stream()
        .map(chunk -> chunk.stream().map(Part::name).collect(joining()))
        .toList();
  }

  @Property(tries = 200)
  void chunksKeepTheLimitsAndComeWithinTenPercentOfTheLowerBoundPlusOne(
      @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long seed,
      @ForAll @IntRange(min = 1, max = 3_000) int count) {
    Random random = new Random(seed);
    PartLimits share = PartLimits.of(OPENAI);
    double small = random.nextDouble();
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Bundles end anywhere, so that parts are of any size up to their share of a limit; some
      // hold many short requests, others few long ones.
      int requests = 1 + random.nextInt((int) share.weight());
      long bytes =
          random.nextDouble() < small
              ? Math.min(share.bytes(), requests * (1L + random.nextInt(600)))
              : Math.min(share.bytes(), requests * (1L + random.nextInt(40_000)));
      parts.add(part("p" + i, requests, bytes, 1));
    }
    List<List<Part>> chunks = Packer.pack(parts, OPENAI);

    // Compared in order: AssertJ compares each part with all others if the order may differ.
    assertThat(chunks.stream().flatMap(List::stream).sorted(BY_NAME).toList())
        .isEqualTo(parts.stream().sorted(BY_NAME).toList());
    for (List<Part> chunk : chunks) {
      assertThat(chunk.stream().mapToInt(Part::requests).sum()).isLessThanOrEqualTo(50_000);
      assertThat(chunk.stream().mapToLong(Part::bytes).sum()).isLessThanOrEqualTo(MB_200);
    }
    long requests = parts.stream().mapToLong(Part::requests).sum();
    long bytes = parts.stream().mapToLong(Part::bytes).sum();
    long bound = Math.max(ceil(requests, 50_000), ceil(bytes, MB_200));
    assertThat((double) chunks.size()).isLessThanOrEqualTo(bound * 1.1 + 1);
  }

  private static long ceil(long amount, long limit) {
    return (amount + limit - 1) / limit;
  }

  private static Part part(String name, int requests, long bytes, long tokens) {
    return new Part(name, requests, requests, bytes, tokens, Map.of());
  }

  private static Part rename(Part part, String name) {
    return new Part(name, part.requests(), part.weight(), part.bytes(), part.tokens(), Map.of());
  }
}
