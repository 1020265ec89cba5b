package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.document.FailureReason;
import io.beambatch.job.FileDestination;
import io.beambatch.provider.BatchStatus;
import io.beambatch.reuse.AnswerFile;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.reuse.StoredAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReuseJoinerTest {
  @TempDir Path directory;
  private EndedChunk chunk;

  @BeforeEach
  void emptyChunk() {
    chunk = new EndedChunk(directory);
  }

  @Test
  void duplicatesGetTheAnswerOfTheirFirst() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}", "{\"d\":2}", "{\"d\":3}")
        .uses("aaba", LineUse.AWAITED, LineUse.DUPLICATE, LineUse.SENT, LineUse.DUPLICATE)
        .output(Results.chat("p0-2", "two"), Results.chat("p0-0", "zero"))
        .join();

    assertThat(chunk.answered())
        .extracting(line -> line.substring(0, line.indexOf(",\"_batch\"")))
        .containsExactly("{\"d\":0,\"sentiment\":\"zero\"", "{\"d\":2,\"sentiment\":\"two\"");
    JoinedChunk joined = chunk.joinDuplicates();
    assertThat(lines(joined.answered()))
        .containsExactly(reused("{\"d\":1,", "p0-1"), reused("{\"d\":3,", "p0-3"));
    assertThat(joined.promptTokens()).isZero();
    assertThat(joined.batchId()).isNull();
    assertThat(chunk.joinDuplicates()).isEqualTo(joined);
  }

  private String reused(String document, String customId) {
    return document
        + "\"sentiment\":\"zero\",\"_batch\":{\"model\":\"model-1-2024\",\"finish_reason\":\"stop\","
        + "\"prompt_tokens\":0,\"completion_tokens\":0,\"batch_id\":\"batch_1\",\"custom_id\":\""
        + customId
        + "\",\"attempt\":1,\"reused_from\":{\"run\":\""
        + chunk.folder().run()
        + "\",\"custom_id\":\"p0-0\"}}}";
  }

  @Test
  void sinkWithoutAColumnForTheOriginOfAnAnswerGetsNone() throws Exception {
    chunk
        .job(Jobs.chat().sink(FileDestination.Format.AVRO))
        .part("p0", "{}", "{}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "zero"))
        .join();

    assertThat(lines(chunk.joinDuplicates().answered()).get(0)).endsWith(",\"attempt\":1}}");
  }

  @Test
  void resultOfALineThatWasNotSentIsUnknown() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "zero"), Results.chat("p0-1", "stray"))
        .join();

    assertThat(chunk.joined().unknownLines()).isEqualTo(1);
    assertThat(lines(chunk.joinDuplicates().answered()))
        .containsExactly(reused("{\"d\":1,", "p0-1"));
  }

  @Test
  void duplicatesShareTheFailureOfTheirFirst() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .error(Results.status("p0-0", 400, "bad_thing"))
        .join();

    JoinedChunk joined = chunk.joinDuplicates();
    assertThat(joined.failures()).isEqualTo(Map.of(FailureReason.REJECTED, 1L));
    assertThat(joined.answered()).isNull();
    assertThat(lines(joined.failed()).get(0)).startsWith("{\"d\":1,").contains("bad_thing", "p0-0");
  }

  @Test
  void duplicatesShareAFailureThatHasNoResultLine() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .status(BatchStatus.EXPIRED)
        .lastAttempt()
        .join();

    JoinedChunk joined = chunk.joinDuplicates();
    assertThat(joined.failures()).isEqualTo(Map.of(FailureReason.EXPIRED, 1L));
    assertThat(lines(joined.failed()).get(0)).contains("its batch expired").contains("batch_1");
  }

  @Test
  void duplicatesShareTheFailureThatTheLastAttemptMadeFinal() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .error(Results.status("p0-0", 500, "busy"))
        .lastAttempt()
        .join();

    JoinedChunk joined = chunk.joinDuplicates();
    assertThat(joined.failures()).isEqualTo(Map.of(FailureReason.API_ERROR, 1L));
    assertThat(lines(joined.failed()).get(0)).startsWith("{\"d\":1,").contains("busy", "batch_1");
  }

  @Test
  void duplicatesOfARequestThatWasNeverSentNameNoBatch() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .lastAttempt()
        .withoutBatch()
        .join();

    JoinedChunk joined = chunk.joinDuplicates();
    assertThat(joined.failures()).isEqualTo(Map.of(FailureReason.CANCELLED, 1L));
    assertThat(joined.causes().get(0).example()).isEqualTo("request p0-0, never sent");
  }

  @Test
  void knownLinesGetTheAnswersOfTheirFileAndTheNameOfItsRun() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}", "{\"d\":2}")
        .uses("bac", LineUse.SENT, LineUse.KNOWN, LineUse.KNOWN);
    try (AnswerFile.Writer file = new AnswerFile.Writer(chunk.folder().answers("known"))) {
      for (char name : new char[] {'a', 'c'}) {
        byte[] line = Results.chat("p9-9", "answer " + name).getBytes(UTF_8);
        StoredAnswer.Origin origin =
            new StoredAnswer.Origin("run " + name, "batch \"" + name + '"', "p9-9", 2);
        file.add(
            new Fingerprint(name, 0), new StoredAnswer(StoredAnswer.Kind.RESULT, origin, line));
      }
      file.commit();
    }

    JoinedChunk joined = chunk.joinKnown("known");

    assertThat(joined.requests()).isEqualTo(2);
    assertThat(lines(joined.answered())).hasSize(2);
    assertThat(lines(joined.answered()).get(0))
        .startsWith("{\"d\":1,\"sentiment\":\"answer a\"")
        .contains("\"batch_id\":\"batch \\\"a\\\"\"")
        .contains("\"reused_from\":{\"run\":\"run a\",\"custom_id\":\"p9-9\"}");
    assertThat(lines(joined.answered()).get(1))
        .startsWith("{\"d\":2,\"sentiment\":\"answer c\"")
        .contains("\"batch_id\":\"batch \\\"c\\\"\"")
        .contains("\"reused_from\":{\"run\":\"run c\",\"custom_id\":\"p9-9\"}");
  }

  @Test
  void storedAnswerThatCanNoLongerBeReadIsAnError() throws Exception {
    chunk.part("p0", "{\"d\":0}").uses("a", LineUse.KNOWN);
    StoredAnswer.Origin origin = new StoredAnswer.Origin("earlier", "batch_0", "p9-9", 2);
    try (AnswerFile.Writer file = new AnswerFile.Writer(chunk.folder().answers("known"))) {
      file.add(
          new Fingerprint('a', 0),
          new StoredAnswer(StoredAnswer.Kind.RESULT, origin, "[secret".getBytes(UTF_8)));
      file.commit();
    }

    assertThatThrownBy(() -> chunk.joinKnown("known"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The answer of request p9-9 can no longer be read");
  }

  /** A launch of a cancelled run sends nothing again; one that is slower may still do so. */
  @Test
  void launchesThatDisagreeAboutANextAttemptWriteToDifferentFiles() throws Exception {
    chunk
        .part("p0", "{}", "{}", "{}")
        .uses("aba", LineUse.AWAITED, LineUse.SENT, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "zero"))
        .error(Results.status("p0-1", 400, "bad"))
        .join();
    JoinedChunk first = chunk.joined();
    Files.delete(directory.resolve("joined/a1-c00000/1.json"));

    JoinedChunk forGood = chunk.job(Jobs.chat().attempts(1)).join().joined();

    assertThat(first.awaitedAnswers()).isEqualTo("a1-c00000");
    assertThat(first.failed().name()).isEqualTo("a1-c00000.failed.jsonl");
    assertThat(forGood.awaitedAnswers()).isEqualTo("a1-c00000-for-good");
    assertThat(forGood.failed().name()).isEqualTo("a1-c00000.failed-for-good.jsonl");
  }

  @Test
  void eachFingerprintIsKeptOnceAndInItsOrder() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}", "{\"d\":2}", "{\"d\":3}")
        .uses("caca", LineUse.AWAITED, LineUse.AWAITED, LineUse.DUPLICATE, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "c"), Results.chat("p0-1", "a"))
        .join();

    assertThat(lines(chunk.joinDuplicates().answered()))
        .extracting(line -> line.substring(0, line.indexOf(",\"_batch\"")))
        .containsExactly("{\"d\":2,\"sentiment\":\"c\"", "{\"d\":3,\"sentiment\":\"a\"");
  }

  @Test
  void linesThatAnotherLaunchHasJoinedFirstAreTakenFromItsRecord() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "zero"))
        .join();
    JoinedChunk first = chunk.joinDuplicates();
    Files.delete(Path.of(chunk.folder().answers(chunk.joined().awaitedAnswers())));

    assertThat(chunk.joinDuplicates()).isEqualTo(first);
  }

  /** What is sent again keeps its fingerprint, and what waits for it. */
  @Test
  void firstThatIsSentAgainIsAwaitedStill() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}", "{\"d\":2}")
        .uses("baa", LineUse.SENT, LineUse.AWAITED, LineUse.DUPLICATE)
        .error(Results.status("p0-1", 500, "busy"))
        .join();

    assertThat(chunk.joined().awaitedAnswers()).isNull();
    assertThat(chunk.joined().again().requests()).isEqualTo(2);
    assertThat(chunk.joined().again().lines()).isNotNull();
    assertThat(sizes(chunk.joined().again())).isEqualTo(chunk.joined().again().bytes());
    assertThatThrownBy(chunk::joinDuplicates)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Line p0-2 needs the answer of an identical line");
    String name = chunk.joined().again().name();
    chunk.again().output(Results.chat(name + "-1", "zero"), Results.chat(name + "-0", "b")).join();
    assertThat(lines(chunk.original().joinDuplicates().answered()).get(0))
        .startsWith("{\"d\":2,\"sentiment\":\"zero\"")
        .contains("\"attempt\":2", "\"custom_id\":\"" + name + "-1\"");
  }

  @Test
  void aDamagedFileOfAnswersIsAnErrorAndNoAnswer() throws Exception {
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}")
        .uses("aa", LineUse.AWAITED, LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "zero"))
        .join();
    Path file = Path.of(chunk.folder().answers(chunk.joined().awaitedAnswers()));
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);

    assertThatThrownBy(chunk::joinDuplicates)
        .isInstanceOf(AnswerFile.DamagedException.class)
        .hasMessageContaining("is damaged: a checksum is wrong");
  }

  /** What the fingerprints of a part say about the bytes of its requests. */
  private int sizes(Part part) throws IOException {
    int sizes = 0;
    String path = chunk.folder().fingerprints(part.name());
    try (FingerprintFile.Reader entries =
        new FingerprintFile.Reader(Files.newInputStream(Path.of(path)))) {
      for (int i = 0; i < part.requests(); i++) {
        sizes += entries.next().bytes();
      }
    }
    return sizes;
  }

  private List<String> lines(ResultFile file) throws IOException {
    return Files.readAllLines(Path.of(file.in(chunk.folder())));
  }
}
