package io.beambatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a job file holds, reading it gives a job, or says where the error is. */
class JobReaderFuzzTest {
  private static final List<String> PIECES =
      List.of(
          "\n",
          " ",
          "  ",
          "\t",
          ":",
          ": ",
          "- ",
          "[",
          "]",
          "{",
          "}",
          "{{",
          "}}",
          "\"",
          "'",
          "#",
          "&a ",
          "*a",
          "!",
          "!!int ",
          "!!str ",
          "!<x>",
          "%YAML 1.9999999999\n",
          "---\n",
          "...\n",
          "|",
          ">",
          ">99",
          "?",
          ",",
          "<<: ",
          "~",
          "null",
          "true",
          "-1",
          "1e999",
          "0",
          ".",
          "é",
          "😀",
          "\u0000",
          "\u0007",
          "\uFEFF",
          "\u2028",
          "\\",
          "\"\\UFFFFFFFF\"",
          "\"\\xZZ\"",
          "{{#x}}",
          "{{/x}}",
          "{{>x}}",
          "{{=",
          "=}}",
          "{{{",
          "{{&",
          "{{!",
          "1d",
          "999999999999d",
          "%",
          "/",
          "\r",
          "\r\n",
          "@",
          "`",
          "prices: {x: ",
          "source: ",
          "&b [*b]");

  @Property(tries = 4000)
  void mutatedFilesGiveAJobOrAnErrorWithALine(@ForAll("mutations") String yaml) {
    try {
      assertThat(JobReader.parse("job.yaml", yaml, List.of())).isNotNull();
    } catch (JobFileException e) {
      assertThat(e.problems()).isNotEmpty().allSatisfy(p -> assertThat(p.line()).isPositive());
      assertThat(e).hasMessageStartingWith("job.yaml has ");
    }
  }

  @Property(tries = 2000)
  void anyOverrideGivesAJobOrAnError(@ForAll("paths") String path, @ForAll("values") String value) {
    String override = path + "=" + value;
    try {
      assertThat(JobReader.parse("job.yaml", JobReaderTest.SENTIMENT, List.of(override)))
          .isNotNull();
    } catch (JobFileException e) {
      assertThat(e.problems()).isNotEmpty();
      assertThat(e).hasMessageContaining("--set ");
    }
  }

  @Provide
  Arbitrary<String> mutations() {
    Arbitrary<String> file = Arbitraries.of(JobReaderTest.SENTIMENT, JobReaderTest.SMALLEST);
    return Combinators.combine(file, Arbitraries.longs(), Arbitraries.integers().between(1, 6))
        .as(JobReaderFuzzTest::mutate);
  }

  @Provide
  Arbitrary<String> paths() {
    List<String> paths = new ArrayList<>(JobKeys.paths());
    paths.addAll(
        List.of(
            "",
            "x",
            ".",
            "\"",
            "request.body.messages.0",
            "request.body.messages.-1",
            "prices.\"a.b\".input",
            "source.path.0",
            "name.a.b",
            "request.body.a.b.c"));
    return Arbitraries.of(paths);
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.oneOf(
        Arbitraries.of(PIECES),
        Arbitraries.of(PIECES).list().ofMaxSize(5).map(pieces -> String.join("", pieces)),
        Arbitraries.strings().ofMaxLength(12));
  }

  private static String mutate(String yaml, long seed, int times) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(yaml);
    for (int i = 0; i < times; i++) {
      int from = random.nextInt(text.length() + 1);
      int to = Math.min(text.length(), from + random.nextInt(12));
      switch (random.nextInt(5)) {
        case 0 -> text.delete(from, to);
        case 1 -> text.insert(from, PIECES.get(random.nextInt(PIECES.size())));
        case 2 -> text.replace(from, to, PIECES.get(random.nextInt(PIECES.size())));
        case 3 -> text.insert(random.nextInt(text.length() + 1), text.substring(from, to));
        default -> text.insert(from, (char) random.nextInt(0x3000));
      }
    }
    return text.toString();
  }
}
