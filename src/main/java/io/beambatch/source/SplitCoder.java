package io.beambatch.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;

/** Encodes {@link FileSplit}. */
final class SplitCoder extends AtomicCoder<FileSplit> {
  private static final long serialVersionUID = 1L;
  private static final SplitCoder INSTANCE = new SplitCoder();
  private static final Coder<String> STRING = StringUtf8Coder.of();
  private static final Coder<Long> LONG = VarLongCoder.of();
  private static final Coder<List<String>> HEADER = NullableCoder.of(ListCoder.of(STRING));
  private static final Coder<String> PROBLEM = NullableCoder.of(STRING);

  private SplitCoder() {}

  static SplitCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(FileSplit split, OutputStream out) throws IOException {
    STRING.encode(split.file(), out);
    STRING.encode(split.path(), out);
    LONG.encode(split.offset(), out);
    LONG.encode(split.length(), out);
    LONG.encode(split.line(), out);
    LONG.encode(split.bytes(), out);
    HEADER.encode(split.header(), out);
    PROBLEM.encode(split.problem(), out);
  }

  @Override
  public FileSplit decode(InputStream in) throws IOException {
    String file = STRING.decode(in);
    String path = STRING.decode(in);
    long offset = LONG.decode(in);
    long length = LONG.decode(in);
    long line = LONG.decode(in);
    long bytes = LONG.decode(in);
    List<String> header = HEADER.decode(in);
    return new FileSplit(file, path, offset, length, line, bytes, header, PROBLEM.decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
