package io.beambatch.document;

import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;

class DocumentCodersTest {
  private static final Document DOCUMENT = new Document("é😀", "{\"a\":\"\\n é😀\"}");

  @Test
  void roundTripsDocuments() throws Exception {
    Coder<Document> coder = CoderRegistry.createDefault().getCoder(Document.class);
    check(coder, List.of(DOCUMENT, new Document("", "{}")));
  }

  @Test
  void roundTripsFailedDocuments() throws Exception {
    Coder<FailedDocument> coder = CoderRegistry.createDefault().getCoder(FailedDocument.class);
    check(
        coder,
        List.of(
            new FailedDocument(
                DOCUMENT, Failure.unsent(FailureReason.INVALID_DOCUMENT, "what and where")),
            new FailedDocument(
                DOCUMENT,
                new Failure(FailureReason.TRUNCATED, "m", 3, "batch_1", "req_1", "half an"))));
  }

  /** Runners keep documents in state, and hand them to a later program. */
  @Test
  void encodingsStayAsTheyAre() throws Exception {
    String document = "BsOp8J-YgBF7ImEiOiJcbiDDqfCfmIAifQ";
    CoderProperties.coderEncodesBase64(DocumentCoder.of(), DOCUMENT, document);
    CoderProperties.coderDecodesBase64(DocumentCoder.of(), document, DOCUMENT);

    FailedDocument value =
        new FailedDocument(
            DOCUMENT, new Failure(FailureReason.TRUNCATED, "m", 3, "batch_1", "req_1", "half an"));
    String failed = document + "lUUlVOQ0FURUQBbQMBB2JhdGNoXzEBBXJlcV8xAQdoYWxmIGFuAA";
    CoderProperties.coderEncodesBase64(FailedDocumentCoder.of(), value, failed);
    CoderProperties.coderDecodesBase64(FailedDocumentCoder.of(), failed, value);
  }

  private static <T> void check(Coder<T> coder, List<T> values) throws Exception {
    CoderProperties.coderSerializable(coder);
    for (T value : values) {
      CoderProperties.coderDecodeEncodeEqual(coder, value);
      CoderProperties.coderDeterministic(coder, value, value);
      CoderProperties.coderConsistentWithEquals(coder, value, value);
    }
  }
}
