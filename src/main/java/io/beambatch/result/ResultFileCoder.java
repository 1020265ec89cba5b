package io.beambatch.result;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Encodes {@link ResultFile}, field by field. */
public final class ResultFileCoder extends AtomicCoder<ResultFile> {
  private static final ResultFileCoder INSTANCE = new ResultFileCoder();
  private static final Coder<String> STRING = StringUtf8Coder.of();
  private static final Coder<Long> LONG = VarLongCoder.of();

  private ResultFileCoder() {}

  public static ResultFileCoder of() {
    return INSTANCE;
  }

  /** For Beam's {@code DefaultCoder}. */
  public static CoderProvider getCoderProvider() {
    return CoderProviders.forCoder(TypeDescriptor.of(ResultFile.class), INSTANCE);
  }

  @Override
  public void encode(ResultFile file, OutputStream out) throws IOException {
    STRING.encode(file.kind().name(), out);
    STRING.encode(file.shard(), out);
    STRING.encode(file.path(), out);
    LONG.encode(file.documents(), out);
  }

  @Override
  public ResultFile decode(InputStream in) throws IOException {
    return new ResultFile(
        ResultFile.Kind.valueOf(STRING.decode(in)),
        STRING.decode(in),
        STRING.decode(in),
        LONG.decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
