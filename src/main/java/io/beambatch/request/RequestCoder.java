package io.beambatch.request;

import io.beambatch.document.Document;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;

/** Encodes requests with their documents. */
public final class RequestCoder extends AtomicCoder<Request> {
  private static final long serialVersionUID = 1L;
  private static final RequestCoder INSTANCE = new RequestCoder();
  private static final StringUtf8Coder STRING = StringUtf8Coder.of();

  private RequestCoder() {}

  /** The coder. */
  public static RequestCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(Request request, OutputStream stream) throws IOException {
    STRING.encode(request.document().id(), stream);
    STRING.encode(request.document().json(), stream);
    STRING.encode(request.body(), stream);
    VarLongCoder.of().encode(request.tokens(), stream);
    VarIntCoder.of().encode(request.weight(), stream);
  }

  @Override
  public Request decode(InputStream stream) throws IOException {
    return new Request(
        new Document(STRING.decode(stream), STRING.decode(stream)),
        STRING.decode(stream),
        VarLongCoder.of().decode(stream),
        VarIntCoder.of().decode(stream));
  }
}
