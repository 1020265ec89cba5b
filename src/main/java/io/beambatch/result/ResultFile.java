package io.beambatch.result;

import io.beambatch.error.MiscountException;
import io.beambatch.json.LineReader;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.StagedNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.CoderProvider;
import org.apache.beam.sdk.coders.CoderProviders;
import org.apache.beam.sdk.coders.DefaultCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * A file of outcomes in a run's folder: JSON lines, ready for the sink. Joins write it, and {@code
 * WriteResults} delivers it.
 *
 * @param kind whether its documents were answered
 * @param shard identifies it within the run, the same at every repetition; {@code [A-Za-z0-9_-]+}
 * @param path its name in the run's folder; records of earlier versions have a path here
 * @param documents the number of lines
 */
@DefaultCoder(ResultFile.FieldCoder.class)
public record ResultFile(Kind kind, String shard, String path, long documents) {
  /** More than any document with its answer can have. */
  private static final int MAX_LINE = 512 << 20;

  /** The shard becomes part of the names of files elsewhere. */
  public ResultFile {
    StagedNames.checked(shard, "a record of a file of results");
  }

  /** Its name without its folders. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The subject under which a permanent error about it is recorded. */
  public String subject() {
    return subject(kind, shard);
  }

  /** The subject of a permanent error about the file of a kind and shard. */
  public static String subject(Kind kind, String shard) {
    return shard + "-" + kind.name().toLowerCase(Locale.ROOT);
  }

  /** Its path. */
  public String in(RunFolder folder) {
    return folder.resultNamed(path);
  }

  /**
   * Reads the documents, line by line.
   *
   * @param folder of the run
   * @throws MiscountException if the number of documents is not the recorded one
   * @throws IOException naming the line that is too long or that the receiver refuses; neither
   *     message names the file
   */
  public void read(RunFolder folder, Receiver receiver) throws IOException {
    long read = 0;
    try (InputStream lines = folder.open(in(folder))) {
      LineReader line = LineReader.ofLines(lines, MAX_LINE);
      while (line.next()) {
        if (line.tooLong()) {
          throw new IOException(
              "line " + line.number() + ": " + line.bytes() + " bytes are too many");
        }
        try {
          receiver.document(line.buffer(), line.start(), line.end());
        } catch (IOException e) {
          throw new IOException("line " + line.number() + ": " + e.getMessage(), e);
        }
        read++;
      }
    }
    if (read != documents) {
      throw new MiscountException(
          "it should have "
              + documents
              + " documents, but has "
              + read
              + "; the file in the staging location is damaged");
    }
  }

  /** Receives documents. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * Receives one document.
     *
     * @param buffer holds the document, a JSON object, between the two indices
     */
    void document(byte[] buffer, int from, int to) throws IOException;
  }

  /** What became of the documents. */
  public enum Kind {
    ANSWERED,
    FAILED
  }

  /** Encodes a file field by field. */
  public static final class FieldCoder extends AtomicCoder<ResultFile> {
    private static final long serialVersionUID = 1L;
    private static final FieldCoder INSTANCE = new FieldCoder();
    private static final StringUtf8Coder STRING = StringUtf8Coder.of();
    private static final VarLongCoder LONG = VarLongCoder.of();

    private FieldCoder() {}

    /** The coder. */
    public static FieldCoder of() {
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
}
