package io.beambatch.sink;

import io.beambatch.result.ResultFile;
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

/** Encodes {@link WrittenFile}, field by field. */
public final class WrittenFileCoder extends AtomicCoder<WrittenFile> {
  private static final WrittenFileCoder INSTANCE = new WrittenFileCoder();
  private static final Coder<String> STRING = StringUtf8Coder.of();
  private static final Coder<Long> LONG = VarLongCoder.of();

  private WrittenFileCoder() {}

  public static WrittenFileCoder of() {
    return INSTANCE;
  }

  /** For Beam's {@code DefaultCoder}. */
  public static CoderProvider getCoderProvider() {
    return CoderProviders.forCoder(TypeDescriptor.of(WrittenFile.class), INSTANCE);
  }

  @Override
  public void encode(WrittenFile file, OutputStream out) throws IOException {
    STRING.encode(file.kind().name(), out);
    STRING.encode(file.shard(), out);
    STRING.encode(file.path(), out);
    LONG.encode(file.documents(), out);
  }

  @Override
  public WrittenFile decode(InputStream in) throws IOException {
    return new WrittenFile(
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
