package io.beambatch.sink;

import io.beambatch.result.ResultFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * A file that the run has delivered. The run is reconciled with these.
 *
 * @param kind whether its documents were answered
 * @param shard the result file's
 * @param path of the file
 * @param documents the number of documents written to it
 * @param refersBack whether it refers to the result file in the run's folder for documents that it
 *     could not hold
 */
@DefaultCoder(WrittenFile.FieldCoder.class)
public record WrittenFile(
    ResultFile.Kind kind, String shard, String path, long documents, boolean refersBack) {

  /** A file with all of its documents. */
  public WrittenFile(ResultFile.Kind kind, String shard, String path, long documents) {
    this(kind, shard, path, documents, false);
  }

  /** Encodes a file field by field. */
  public static final class FieldCoder extends AtomicCoder<WrittenFile> {
    private static final long serialVersionUID = 1L;
    private static final FieldCoder INSTANCE = new FieldCoder();
    private static final Coder<String> STRING = StringUtf8Coder.of();
    private static final Coder<Long> LONG = VarLongCoder.of();
    private static final Coder<Boolean> BOOLEAN = BooleanCoder.of();

    private FieldCoder() {}

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
      BOOLEAN.encode(file.refersBack(), out);
    }

    @Override
    public WrittenFile decode(InputStream in) throws IOException {
      return new WrittenFile(
          ResultFile.Kind.valueOf(STRING.decode(in)),
          STRING.decode(in),
          STRING.decode(in),
          LONG.decode(in),
          BOOLEAN.decode(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}
