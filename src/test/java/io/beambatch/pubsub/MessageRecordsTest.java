package io.beambatch.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.FailureReason;
import io.beambatch.job.SubscriptionSource;
import io.beambatch.json.LineReader;
import io.beambatch.source.InvalidRecordException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A message is a document, or a failure that names it. */
class MessageRecordsTest {
  private static final String SUBSCRIPTION = "projects/p/subscriptions/reviews";

  private final List<Document> documents = new ArrayList<>();
  private final List<FailedDocument> failed = new ArrayList<>();

  @Test
  void keepsThePayloadAndIsNamedByTheMessage() throws Exception {
    read(null, null, message("17", "{\"b\": 1.50,  \"a\":\"ü\\u00fc\"}"));
    assertThat(documents).containsExactly(new Document("17", "{\"b\": 1.50,  \"a\":\"ü\\u00fc\"}"));
  }

  @Test
  void putsAnObjectOfSeveralLinesOnOne() throws Exception {
    read(null, null, message("17", "\uFEFF{\n  \"a\": \"x\",\r\n  \"b\": []\n}\n"));
    assertThat(documents).containsExactly(new Document("17", "{   \"a\": \"x\",    \"b\": [] }"));
  }

  @Test
  void isNamedByItsIdField() throws Exception {
    read("a", null, message("17", "{\"a\":\"x\"}"));
    assertThat(documents).containsExactly(new Document("x", "{\"a\":\"x\"}"));
  }

  @Test
  void putsAttributesAfterThePayloadWhereTheyMayNameIt() throws Exception {
    read(
        "meta.order",
        "meta",
        new Message(
            "17",
            Map.of("order", "o\"1", "by", "me"),
            ByteString.copyFromUtf8("{\"a\":1,\"meta\":0}")));
    assertThat(documents)
        .containsExactly(
            new Document("o\"1", "{\"a\":1,\"meta\":{\"by\":\"me\",\"order\":\"o\\\"1\"}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no JSON|malformed JSON",
        "[1]|not a JSON object but an array",
        "{} {}|more than one JSON value",
        "''|there is nothing in it",
        "{\"b\":1}|no value in the id field 'a'"
      })
  void failsByTheNameOfTheMessage(String payload, String problem) throws Exception {
    read("a", "meta", message("17", payload));
    assertThat(documents).isEmpty();
    assertThat(failed)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.document().id()).isEqualTo("17");
              assertThat(one.failure().reason()).isEqualTo(FailureReason.INVALID_DOCUMENT);
              assertThat(one.failure().message())
                  .startsWith("message 17 of " + SUBSCRIPTION + ": ")
                  .contains(problem);
              assertThat(one.document().json()).startsWith("{").doesNotContain("messageId");
            });
  }

  @Test
  void repairsWhatIsNotUtf8ForTheFailureAndGoesOn() throws Exception {
    read(
        null,
        null,
        new Message("1", Map.of(), ByteString.copyFrom(new byte[] {'"', (byte) 0xff, '"'})),
        message("2", "{\"a\":1}"));
    assertThat(failed).hasSize(1);
    assertThat(failed.get(0).document().json()).isEqualTo("{\"_line\":\"\\\"\uFFFD\\\"\"}");
    assertThat(documents).containsExactly(new Document("2", "{\"a\":1}"));
  }

  @Test
  void takesInWhatFailedBefore() throws Exception {
    read(
        null,
        null,
        message("1", "{\"a\":1,\"_failure\":{\"reason\":\"expired\"}}"),
        message("2", "{\"_line\":\"{\\\"a\\\":2}\",\"_failure\":{}}"));
    assertThat(documents)
        .containsExactly(new Document("1", "{\"a\":1}"), new Document("2", "{\"a\":2}"));
  }

  private void read(String id, String attributes, Message... messages) throws Exception {
    MessageRecords parser =
        new MessageRecords(
            new SubscriptionSource(SUBSCRIPTION, attributes, id, Duration.ofSeconds(10)));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (Message message : messages) {
      MessageLine.write(file, message);
    }
    LineReader lines = LineReader.ofLines(new ByteArrayInputStream(file.toByteArray()), 1 << 20);
    while (lines.next()) {
      try {
        documents.add(parser.parse(lines));
      } catch (InvalidRecordException e) {
        failed.add(parser.failed("inbox/x.jsonl", lines, e));
      }
    }
  }

  private static Message message(String id, String payload) {
    return new Message(id, Map.of(), ByteString.copyFromUtf8(payload));
  }
}
