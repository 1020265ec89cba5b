package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.job.SmallJob;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of documents that can't be sent. */
class FailureWriterTest {
  private static final FailedDocument UNREAD =
      new FailedDocument(
          new Document("in.jsonl:7", "{\"_line\":\"[\"}"),
          Failure.unread("in.jsonl:7", "it is no object"));
  private static final FailedDocument NO_TEXT = failed("in.jsonl:8", "the field text is missing");
  private static final FailedDocument NO_TITLE = failed("in.jsonl:9", "the field title is missing");

  @TempDir Path temp;
  private RunFolder folder;

  @BeforeEach
  void aRunHasAFolder() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
  }

  @Test
  void holdsEachFailureWithItsPlace() throws Exception {
    Part part = write(/* idsAreContents= */ false);

    assertThat(part.requests()).isZero();
    assertThat(part.failures()).isEqualTo(3);
    assertThat(part.failed()).isEqualTo(Map.of(FailureReason.INVALID_DOCUMENT, 3L));
    assertThat(part.causes())
        .extracting(FailureCause::message, FailureCause::documents, FailureCause::example)
        .containsExactly(
            tuple("it is no object", 1L, "in.jsonl:7"),
            tuple("the field text is missing", 1L, "document in.jsonl:8"),
            tuple("the field title is missing", 1L, "document in.jsonl:9"));
    assertThat(read(folder.failures(part.name())).lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("{\"_line\":\"[\",\"_failure\":"),
            line -> assertThat(line).contains("the field text is missing"),
            line -> assertThat(line).contains("the field title is missing"));
  }

  @Test
  void repeatsNoIdThatIsContents() throws Exception {
    assertThat(write(/* idsAreContents= */ true).causes())
        .extracting(FailureCause::example)
        .containsExactly(
            "in.jsonl:7",
            "line 2 of the failures in …-unsent.jsonl",
            "line 3 of the failures in …-unsent.jsonl");
  }

  @Test
  void isNoneIfNothingFailed() throws Exception {
    try (FailureWriter writer = new FailureWriter(folder, false)) {
      assertThat(writer.finish()).isEmpty();
    }
    assertThat(Storage.list(folder.parts())).isEmpty();
  }

  @Test
  void isDeletedIfItsBundleFails() throws Exception {
    BundleWriter<Document> writer =
        new RenderingWriter.Writers(folder, SmallJob.of(), false).open();
    writer.add(new Document("d0", "{\"text\":\"a\"}"));
    writer.add(new Document("d1", "{}"));
    assertThat(Storage.list(folder.parts())).isNotEmpty();

    writer.close();

    assertThat(Storage.list(folder.parts())).isEmpty();
  }

  @Test
  void staysOnceItsBundleEnds() throws Exception {
    BundleWriter<Document> writer =
        new RenderingWriter.Writers(folder, SmallJob.of(), false).open();
    writer.add(new Document("d0", "{\"text\":\"a\"}"));
    writer.add(new Document("d1", "{}"));
    List<Part> parts = writer.finish();
    writer.close();

    assertThat(parts).extracting(Part::requests).containsExactly(1, 0);
    assertThat(parts).extracting(Part::failures).containsExactly(0L, 1L);
    assertThat(read(folder.requests(parts.get(0).name()))).contains(parts.get(0).name() + "-0");
    assertThat(read(folder.failures(parts.get(1).name()))).startsWith("{\"_failure\":");
    assertThat(writer.shape().size()).as("the sink needs no columns").isZero();
  }

  private Part write(boolean idsAreContents) throws Exception {
    try (FailureWriter writer = new FailureWriter(folder, idsAreContents)) {
      writer.add(UNREAD);
      writer.add(NO_TEXT);
      writer.add(NO_TITLE);
      List<Part> parts = writer.finish();
      assertThat(parts).hasSize(1);
      return parts.get(0);
    }
  }

  private static FailedDocument failed(String id, String message) {
    return new FailedDocument(
        new Document(id, "{}"), Failure.unsent(FailureReason.INVALID_DOCUMENT, message));
  }

  private static String read(String file) throws Exception {
    try (InputStream in = Storage.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
