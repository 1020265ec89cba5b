package io.beambatch.document;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Encodes {@link Document} as its two strings, where documents pass between steps of the graph. */
public final class DocumentCoder extends AtomicCoder<Document> {
  private static final long serialVersionUID = 1L;
  private static final DocumentCoder INSTANCE = new DocumentCoder();
  private static final StringUtf8Coder STRING = StringUtf8Coder.of();

  private DocumentCoder() {}

  public static DocumentCoder of() {
    return INSTANCE;
  }

  /** For Beam's {@code DefaultCoder}. */
  public static CoderProvider getCoderProvider() {
    return CoderProviders.forCoder(TypeDescriptor.of(Document.class), INSTANCE);
  }

  @Override
  public void encode(Document document, OutputStream out) throws IOException {
    STRING.encode(document.id(), out);
    STRING.encode(document.json(), out);
  }

  @Override
  public Document decode(InputStream in) throws IOException {
    return new Document(STRING.decode(in), STRING.decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
