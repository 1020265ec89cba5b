package io.beambatch.document;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Encodes {@link FailedDocument} between steps of the graph: the document, then the failure. */
public final class FailedDocumentCoder extends AtomicCoder<FailedDocument> {
  private static final long serialVersionUID = 1L;
  private static final FailedDocumentCoder INSTANCE = new FailedDocumentCoder();
  private static final Coder<Document> DOCUMENT = DocumentCoder.of();
  private static final Coder<String> STRING = StringUtf8Coder.of();
  private static final Coder<String> OPTIONAL = NullableCoder.of(STRING);
  private static final Coder<Integer> INT = VarIntCoder.of();

  private FailedDocumentCoder() {}

  public static FailedDocumentCoder of() {
    return INSTANCE;
  }

  /** For Beam's {@code DefaultCoder}. */
  public static CoderProvider getCoderProvider() {
    return CoderProviders.forCoder(TypeDescriptor.of(FailedDocument.class), INSTANCE);
  }

  @Override
  public void encode(FailedDocument failed, OutputStream out) throws IOException {
    DOCUMENT.encode(failed.document(), out);
    Failure failure = failed.failure();
    STRING.encode(failure.reason().name(), out);
    STRING.encode(failure.message(), out);
    INT.encode(failure.attempts(), out);
    OPTIONAL.encode(failure.batchId(), out);
    OPTIONAL.encode(failure.requestId(), out);
    OPTIONAL.encode(failure.partial(), out);
    OPTIONAL.encode(failure.place(), out);
  }

  @Override
  public FailedDocument decode(InputStream in) throws IOException {
    Document document = DOCUMENT.decode(in);
    Failure failure =
        new Failure(
            FailureReason.valueOf(STRING.decode(in)),
            STRING.decode(in),
            INT.decode(in),
            OPTIONAL.decode(in),
            OPTIONAL.decode(in),
            OPTIONAL.decode(in),
            OPTIONAL.decode(in));
    return new FailedDocument(document, failure);
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
