package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that break their schema, and which the model is asked to repair. */
class RepairTest {
  private static final String SCHEMA =
      "{\"type\":\"object\",\"properties\":{\"score\":{\"type\":\"integer\"}},"
          + "\"required\":[\"score\"]}";
  private static final String BODY =
      "{\"model\":\"model-1\",\"messages\":[{\"role\":\"user\",\"content\":\"How \\u00fcber?\"}],"
          + "\"seed\":1.50}";
  private static final String WRONG = "{\"score\":\"high\"}";

  @TempDir Path directory;
  private EndedChunk chunk;

  @BeforeEach
  void oneDocument() {
    chunk = of(Jobs.chat());
  }

  private EndedChunk of(Jobs job) {
    return new EndedChunk(directory)
        .job(job.schema(SCHEMA).repairs(1))
        .partWithBodies("p0", List.of("{\"id\":1}"), List.of(BODY));
  }

  @Test
  void theModelIsToldWhatItAnsweredAndWhatIsWrongWithIt() throws Exception {
    chunk.output(Results.chat("p0-0", WRONG)).join();

    assertThat(chunk.failed()).isEmpty();
    assertThat(chunk.joined().again()).isNull();
    assertThat(chunk.againDocuments()).containsExactly("\"id-0\"\t{\"id\":1}");
    String line = chunk.againRequests().get(0);
    assertThat(line)
        .as("every other byte as it was")
        .contains("{\"role\":\"user\",\"content\":\"How \\u00fcber?\"}", "\"seed\":1.50");
    JsonNode messages = Jobs.tree(line).at("/body/messages");
    assertThat(messages).hasSize(3);
    assertThat(messages.at("/1/role").asText()).isEqualTo("assistant");
    assertThat(messages.at("/1/content").asText()).isEqualTo(WRONG);
    assertThat(messages.at("/2/role").asText()).isEqualTo("user");
    assertThat(messages.at("/2/content").asText())
        .contains("/score: string found, integer expected");
  }

  @Test
  void aBetterAnswerIsTheDocumentsAndIsCountedApart() throws Exception {
    repair("{\"score\":3}");

    assertThat(chunk.answered()).singleElement().asString().contains("\"sentiment\":{\"score\":3}");
    Repairs repairs = chunk.joined().repairs();
    assertThat(repairs.requests()).isEqualTo(1);
    assertThat(repairs.answered()).isEqualTo(1);
    assertThat(repairs.tokens()).isEqualTo(chunk.joined().tokens());
  }

  @Test
  void anAnswerThatIsBeingRepairedIsGivenToNoOtherDocument() throws Exception {
    chunk =
        new EndedChunk(directory)
            .job(Jobs.chat().schema(SCHEMA).repairs(1))
            .partWithBodies("p0", List.of("{\"id\":1}", "{\"id\":2}"), List.of(BODY, BODY))
            .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE);
    chunk.output(Results.chat("p0-0", WRONG)).join();
    assertThat(chunk.joined().awaitedAnswers()).isNull();

    chunk.again();
    chunk.output(Results.chat(name() + "-0", "{\"score\":3}")).join();

    JoinedChunk duplicates = chunk.original().joinDuplicates();
    assertThat(Files.readString(Path.of(duplicates.answered().in(chunk.folder()))))
        .startsWith("{\"id\":2,\"sentiment\":{\"score\":3}");
  }

  @Test
  void aModelIsNotAskedMoreOftenThanTheJobSays() throws Exception {
    repair(WRONG);

    assertThat(chunk.againRequests()).isEmpty();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.INVALID_ANSWER, 1L));
    assertThat(chunk.joined().repairs().requests()).isEqualTo(1);
    assertThat(chunk.joined().repairs().answered()).isZero();
  }

  @Test
  void aRepairThatFailsInPassingIsSentAgainAsItIs() throws Exception {
    chunk.output(Results.chat("p0-0", WRONG)).join();
    String asked = chunk.againRequests().get(0);
    chunk.again().output();
    chunk.error(Results.status(name() + "-0", 500, "oops")).join();

    assertThat(chunk.joined().toSendAgain())
        .singleElement()
        .satisfies(part -> assertThat(part.repairs()).isEqualTo(1));
    assertThat(Jobs.tree(chunk.againRequests().get(0)).path("body"))
        .isEqualTo(Jobs.tree(asked).path("body"));
  }

  @Test
  void theLastAttemptFixesNothing() throws Exception {
    chunk.lastAttempt().output(Results.chat("p0-0", WRONG)).join();

    assertThat(chunk.againRequests()).isEmpty();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.INVALID_ANSWER, 1L));
  }

  /** The first answer was paid for, too. */
  @Test
  void sampleCountsTheCostOfAnAnswerThatIsBeingRepaired() throws Exception {
    chunk.canary().output(Results.chat("p0-0", WRONG)).join();

    assertThat(chunk.againRequests()).hasSize(1);
    assertThat(chunk.joined().spread().requests()).isEqualTo(1);
    assertThat(chunk.joined().spread().sum()).isPositive();
  }

  @Test
  void repairsOfSeveralChunksAddUp() {
    Repairs one = new Repairs(List.of(), 3, 2, new TokenCounts(10, 5, 0, 0, 0));
    Repairs other = new Repairs(List.of(), 4, 1, new TokenCounts(1, 2, 0, 0, 0));

    assertThat(one.plus(other))
        .isEqualTo(new Repairs(List.of(), 7, 3, new TokenCounts(11, 7, 0, 0, 0)));
  }

  /** The limit is on the request as it was first named. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatWouldBeTooLargeForARequestStaysInvalid(int missing) throws Exception {
    Part asked = chunk.output(Results.chat("p0-0", WRONG)).join().joined().toSendAgain().get(0);
    int longerName = asked.name().length() - "p0".length();
    JoinedChunk limited = limited(Jobs.chat().bytes(asked.bytes() - longerName - missing));

    assertThat(limited.toSendAgain()).hasSize(1 - missing);
    assertThat(limited.failures())
        .isEqualTo(missing == 0 ? Map.of() : Map.of(FailureReason.INVALID_ANSWER, 1L));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatWouldTakeMoreTokensThanMayBeInProgressStaysInvalid(int missing) throws Exception {
    Part asked = chunk.output(Results.chat("p0-0", WRONG)).join().joined().toSendAgain().get(0);
    JoinedChunk limited = limited(Jobs.chat().tokens(asked.tokens() - missing));

    assertThat(limited.toSendAgain()).hasSize(1 - missing);
  }

  /** The same answer, with other limits. */
  private JoinedChunk limited(Jobs job) throws Exception {
    Files.delete(directory.resolve("joined/a1-c00000/1.json"));
    return of(job).output(Results.chat("p0-0", WRONG)).join().joined();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void partsOfLongConversationsAreAnEighthOfABatch(boolean byBytes) throws Exception {
    Part one = joined(1, Jobs.chat()).toSendAgain().get(0);
    Files.delete(directory.resolve("joined/a1-c00000/1.json"));

    // Room for three and a half, by one limit or by the other.
    List<Part> parts =
        joined(
                10,
                byBytes
                    ? Jobs.chat().bytes(8 * (one.bytes() * 7 / 2))
                    : Jobs.chat().tokens(8 * (one.tokens() * 7 / 2)))
            .toSendAgain();

    assertThat(parts).extracting(Part::requests).containsExactly(3, 3, 3, 1);
    assertThat(parts).extracting(Part::name).doesNotHaveDuplicates();
  }

  private JoinedChunk joined(int documents, Jobs job) throws Exception {
    EndedChunk many =
        new EndedChunk(directory)
            .job(job.schema(SCHEMA).repairs(1))
            .partWithBodies(
                "p0",
                Collections.nCopies(documents, "{\"id\":1}"),
                Collections.nCopies(documents, BODY));
    String[] lines = new String[documents];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = Results.chat("p0-" + i, "x".repeat(500));
    }
    return many.output(lines).join().joined();
  }

  @Test
  void aRepairThatWasNeverSentIsNotCounted() throws Exception {
    chunk.output(Results.chat("p0-0", WRONG)).join();
    chunk.again().output("").lastAttempt().withoutBatch().join();

    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.CANCELLED, 1L));
    assertThat(chunk.joined().repairs().requests()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/chat/completions | {\"n\":2}  | {\"messages\":[{}]} | [{\"message\":{\"content\":\"x\"}}]",
        "/v1/chat/completions | {}         | {}                | [{\"message\":{\"content\":\"x\"}}]",
        "/v1/chat/completions | {}         | {\"messages\":[]}   | [{\"message\":{\"content\":\"x\"}}]",
        "/v1/completions      | {}         | {\"prompt\":\"a\"}  | [{\"text\":\"x\"}]",
      })
  void aRequestThatIsNoConversationIsNotContinued(
      String endpoint, String ofAll, String body, String choices) throws Exception {
    chunk =
        new EndedChunk(directory)
            .job(Jobs.chat().endpoint(endpoint).body(ofAll).schema(SCHEMA).repairs(1))
            .partWithBodies("p0", List.of("{}"), List.of(body))
            .output(Results.ok("p0-0", "{\"choices\":" + choices + "}"))
            .join();

    assertThat(chunk.againRequests()).isEmpty();
    assertThat(chunk.joined().failures()).isEqualTo(Map.of(FailureReason.INVALID_ANSWER, 1L));
  }

  @Test
  void anAnswerThatNoModelCanMendIsNotAskedFor() throws Exception {
    for (String answer : List.of("", " \\n ")) {
      chunk = of(Jobs.chat());
      chunk.output(Results.chat("p0-0", answer)).lastAttempt().attempt(1).join();
      assertThat(chunk.againRequests()).isEmpty();
    }
  }

  private void repair(String answer) throws Exception {
    chunk.output(Results.chat("p0-0", WRONG)).join();
    chunk.again();
    chunk.output(Results.chat(name() + "-0", answer)).join();
  }

  /** Of the only part of the second attempt. */
  private String name() {
    return chunk.awaited().chunk().parts().get(0).name();
  }
}
