package io.beambatch.reuse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The answer to a request, kept for identical requests: an entry of an {@link AnswerFile}.
 *
 * @param kind the kind of the content
 * @param origin the request that paid for it
 * @param content the provider's result line, or the JSON of the failure
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoredAnswer(Kind kind, Origin origin, byte[] content) {

  /** The kind of the content. */
  public enum Kind {
    /** A line of a result file. It is classified again for each document. */
    RESULT('r'),
    /** A failure without a result line. */
    FAILURE('f');

    private final char code;

    Kind(char code) {
      this.code = code;
    }

    private static Kind of(int code) throws IOException {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IOException("an answer has an unknown kind");
    }
  }

  /**
   * The request that was sent.
   *
   * @param run the run that sent it
   * @param batchId empty if it was never sent
   * @param attempt the attempt in which it got its answer
   */
  public record Origin(String run, String batchId, String customId, int attempt) {}

  /** Encodes it for a file. */
  byte[] encoded() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length + 128);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(kind.code);
    out.writeUTF(origin.run);
    out.writeUTF(origin.batchId);
    out.writeUTF(origin.customId);
    out.writeInt(origin.attempt);
    out.write(content);
    return bytes.toByteArray();
  }

  /** Decodes an entry of a file. */
  public static StoredAnswer decoded(byte[] bytes) throws IOException {
    ByteArrayInputStream source = new ByteArrayInputStream(bytes);
    DataInputStream in = new DataInputStream(source);
    Kind kind = Kind.of(in.readByte());
    Origin origin = new Origin(in.readUTF(), in.readUTF(), in.readUTF(), in.readInt());
    // The other stream would allocate far more than the content.
    return new StoredAnswer(kind, origin, source.readAllBytes());
  }

  /** Shows the origin, not the content. */
  @Override
  public String toString() {
    return "StoredAnswer[" + kind + ", " + origin.customId + "]";
  }
}
