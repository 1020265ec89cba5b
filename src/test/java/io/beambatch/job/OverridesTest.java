package io.beambatch.job;

import static io.beambatch.job.JobReaderTest.SENTIMENT;
import static io.beambatch.job.JobReaderTest.SMALLEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {

  @Test
  void replaceAddAndRemoveValues() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SENTIMENT,
            List.of(
                "retry.attempts=1",
                "source.path=gs://b/x-*.jsonl",
                "source.id=",
                "limits.cost_usd=2.50",
                "prices.\"gpt-4.1\".input=2",
                "prices.\"gpt-4.1\".output=8",
                "keep_files=true"));

    assertThat(job.inference().retry().attempts()).isEqualTo(1);
    assertThat(job.source().paths()).containsExactly("gs://b/x-*.jsonl");
    assertThat(job.source().id()).isNull();
    assertThat(job.inference().limits().costUsd()).isEqualTo(new BigDecimal("2.50"));
    assertThat(job.inference().prices().get("gpt-4.1").batch().output()).isEqualByComparingTo("4");
    assertThat(job.inference().keepFiles()).isTrue();
  }

  @Test
  void reachIntoListsByIndex() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SENTIMENT,
            List.of(
                "request.body.messages.1.content=Is this good? {{text}}: #1",
                "request.body.messages.2={role: user, content: \"Answer: \"}"));

    assertThat(job.inference().request().body().at("/messages/1/content").asText())
        .isEqualTo("Is this good? {{text}}: #1");
    assertThat(job.inference().request().body().at("/messages/2"))
        .hasToString("{\"role\":\"user\",\"content\":\"Answer: \"}");
  }

  @Test
  void readValuesAsYaml() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SMALLEST,
            List.of(
                "source.path=[a.txt, b.txt]",
                "request.body.input={{text}}",
                "request.body.n=12",
                "request.body.quoted=\"12\"",
                "request.body.yes=true",
                "request.body.sum=1+1=2"));

    assertThat(job.source().paths()).containsExactly("a.txt", "b.txt");
    assertThat(job.inference().request().body())
        .hasToString(
            "{\"input\":\"{{text}}\",\"n\":12,\"quoted\":\"12\",\"yes\":true,\"sum\":\"1+1=2\"}");
  }

  @Test
  void canSupplyWhatTheFileLacks() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml", SMALLEST.replace("name: smallest\n", ""), List.of("name=other"));

    assertThat(job.name()).isEqualTo("other");
  }

  @Test
  void theLastOneWins() throws Exception {
    assertThat(JobReader.parse("job.yaml", SMALLEST, List.of("name=a", "name=b")).name())
        .isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "retry.attempts=11 | retry.attempts | must be a whole number from 1 to 10, but was 11",
        "retry.atempts=1 | retry.atempts | did you mean 'attempts'?",
        "window=1m | window | it belongs under source",
        "source.path= | source.path | is missing",
        "name.first=x | name | has no keys: it is the text 'sentiment'",
        "request.body.messages.x=y | request.body.messages | is a list; an index from 0 to 2 must follow",
        "request.body.messages.9=y | request.body.messages | is a list; an index from 0 to 2 must follow",
        "source.path=[a | `` | isn't valid YAML",
        "source.path=[{a: b, a: c}] | `` | is given twice",
        "request.body.max_tokens=1e999 | `` | out of range",
        "request.body.messages.1.content={{#a}} | request.body.messages.1.content | isn't a valid template",
      })
  void areNamedWhenTheyAreWrong(String override, String path, String said) {
    JobFileException e = errors(override);

    assertThat(e.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.file()).isEqualTo("--set " + override);
              assertThat(problem.line()).isNull();
              assertThat(problem.fieldPath()).isEqualTo(path == null ? "" : path);
              assertThat(problem.message()).contains(said);
            });
    assertThat(e).hasMessageStartingWith("job.yaml has an error:\n  * --set " + override + ": ");
  }

  @ParameterizedTest
  @CsvSource({"retry.attempts", "=1", "a..b=1", "'\"a=1'", "''"})
  void haveToBeAssignments(String override) {
    assertThat(errors(override))
        .hasMessageContaining("must be key.path=value, such as retry.attempts=1");
  }

  private static JobFileException errors(String override) {
    return catchThrowableOfType(
        JobFileException.class, () -> JobReader.parse("job.yaml", SENTIMENT, List.of(override)));
  }
}
