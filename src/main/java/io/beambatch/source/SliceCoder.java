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

/** Encodes {@link Slice}. */
final class SliceCoder extends AtomicCoder<Slice> {
  private static final SliceCoder INSTANCE = new SliceCoder();
  private static final Coder<String> STRING = StringUtf8Coder.of();
  private static final Coder<Long> LONG = VarLongCoder.of();
  private static final Coder<List<String>> FIELDS = NullableCoder.of(ListCoder.of(STRING));
  private static final Coder<String> PROBLEM = NullableCoder.of(STRING);

  private SliceCoder() {}

  static SliceCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(Slice slice, OutputStream out) throws IOException {
    STRING.encode(slice.file(), out);
    STRING.encode(slice.path(), out);
    LONG.encode(slice.offset(), out);
    LONG.encode(slice.length(), out);
    LONG.encode(slice.line(), out);
    CsvHeader header = slice.header();
    FIELDS.encode(header == null ? null : header.fields(), out);
    PROBLEM.encode(header == null ? null : header.problem(), out);
  }

  @Override
  public Slice decode(InputStream in) throws IOException {
    String file = STRING.decode(in);
    String path = STRING.decode(in);
    long offset = LONG.decode(in);
    long length = LONG.decode(in);
    long line = LONG.decode(in);
    List<String> fields = FIELDS.decode(in);
    String problem = PROBLEM.decode(in);
    CsvHeader header = fields == null ? null : new CsvHeader(fields, problem);
    return new Slice(file, path, offset, length, line, header);
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}
