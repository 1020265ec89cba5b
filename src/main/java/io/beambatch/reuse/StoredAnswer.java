package io.beambatch.reuse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

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
      if (code == RESULT.code) {
        return RESULT;
      }
      if (code == FAILURE.code) {
        return FAILURE;
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
  public static StoredAnswer decoded(ByteBuffer in) throws IOException {
    try {
      Kind kind = Kind.of(in.get());
      Origin origin = new Origin(text(in), text(in), text(in), in.getInt());
      return new StoredAnswer(kind, origin, bytes(in, in.remaining()));
    } catch (BufferUnderflowException e) {
      throw new IOException("an answer ends early", e);
    }
  }

  /** A text that {@link DataOutputStream#writeUTF} wrote. */
  private static String text(ByteBuffer in) throws IOException {
    short length = in.getShort();
    byte[] encoded = bytes(in, Short.toUnsignedInt(length));
    String text = new String(encoded, US_ASCII);
    if (text.indexOf('\ufffd') < 0) {
      return text;
    }
    // Another character than those of ASCII has become this one. As a rule there is none.
    ByteBuffer whole = ByteBuffer.allocate(Short.BYTES + encoded.length);
    whole.putShort(length).put(encoded);
    return new DataInputStream(new ByteArrayInputStream(whole.array())).readUTF();
  }

  private static byte[] bytes(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /** Shows the origin, not the content. */
  @Override
  public String toString() {
    return "StoredAnswer[" + kind + ", " + origin.customId + "]";
  }
}
