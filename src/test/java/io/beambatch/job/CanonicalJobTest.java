package io.beambatch.job;

import static io.beambatch.job.JobReaderTest.SENTIMENT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJobTest {

  @Test
  void doesNotDependOnTheOrderOfKeys() throws Exception {
    String other =
        SENTIMENT.replace(
            "{role: user, content: \"{{text}}\"}", "{content: \"{{text}}\", role: user}");

    assertThat(CanonicalJob.text(job(other))).isEqualTo(CanonicalJob.text(job(SENTIMENT)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "poll.interval=1s",
        "poll.deadline=20h",
        "poll.grace=1m",
        "retry.max_failed=7",
        "prices={gpt-4o-mini: {input: 1, output: 1}}",
        "limits.cost_usd=1",
        "keep_files=true",
        "keep=all",
        "name=other"
      })
  void leavesOutWhatDoesNotShapeTheRequests(String override) throws Exception {
    assertThat(CanonicalJob.text(job(SENTIMENT, override)))
        .isEqualTo(CanonicalJob.text(job(SENTIMENT)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source.type=text",
        "source.path=[a, b]",
        "source.id=",
        "source.watch=1m",
        "source.window=1m",
        "request.base_url=http://h/v1",
        "request.headers={X-Team: nlp}",
        "request.endpoint=/v1/responses",
        "request.model=gpt-4o",
        "request.body.max_tokens=11",
        "request.body.messages.0.content=Other",
        "request.body.messages.0.name=x",
        "result.field=other",
        "result.pointer=/x",
        "result.schema={}",
        "sink.type=csv",
        "sink.path=other",
        "failures.path=other",
        "limits.requests=2",
        "limits.bytes=2MB",
        "limits.enqueued_tokens=3",
        "retry.attempts=1"
      })
  void tellsWhichKeyIsDifferent(String override) throws Exception {
    String key = override.substring(0, override.indexOf('='));
    String one = CanonicalJob.text(job(SENTIMENT));
    String other = CanonicalJob.text(job(SENTIMENT, override));

    assertThat(CanonicalJob.differences(one, other)).containsExactly(key);
    assertThat(CanonicalJob.differences(other, one)).containsExactly(key);
    assertThat(CanonicalJob.differences(one, one)).isEmpty();
  }

  @Test
  void tellsOfListsOfDifferentLengthAsAWhole() throws Exception {
    assertThat(
            CanonicalJob.differences(
                CanonicalJob.text(job(SENTIMENT)),
                CanonicalJob.text(job(SENTIMENT, "request.body.messages.2={role: user}"))))
        .containsExactly("request.body.messages");
  }

  @Test
  void refusesOtherTexts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CanonicalJob.differences("{", "{}"))
        .withMessageContaining("not the canonical text of a job");
  }

  /** Runs that earlier versions began are refused if the text of their job changes. */
  @ParameterizedTest
  @MethodSource("textsOfVersion010")
  void isTheTextOfEarlierVersions(List<String> overrides, String text) throws Exception {
    String yaml =
        """
        name: n
        source: {type: jsonl, path: in.jsonl}
        request:
          provider: openai
          endpoint: /v1/chat/completions
          model: m
          body: {b: 2, a: ['{{x}}']}
        sink: {type: jsonl, path: out}
        """;
    assertThat(CanonicalJob.text(JobReader.parse("job.yaml", yaml, overrides))).isEqualTo(text);
  }

  private static Stream<Arguments> textsOfVersion010() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<Arguments> jobs = new ArrayList<>();
    try (InputStream in = CanonicalJobTest.class.getResourceAsStream("canonical-jobs.jsonl")) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        JsonNode job = json.readTree(line);
        List<String> overrides = new ArrayList<>();
        job.get("set").forEach(override -> overrides.add(override.asText()));
        jobs.add(Arguments.of(overrides, job.get("text").asText()));
      }
    }
    return jobs.stream();
  }

  private static Job job(String yaml, String... overrides) throws JobFileException {
    return JobReader.parse("job.yaml", yaml, List.of(overrides));
  }
}
