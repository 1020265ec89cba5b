package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Decodes and inspects UTF-8 text of source files, for parsers and for checks. */
public final class Utf8 {
  /** The byte-order mark that some editors write before a text. */
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private Utf8() {}

  /** The text; an {@link InvalidRecordException} if it isn't UTF-8 or has NUL characters. */
  static String text(byte[] bytes, int from, int to) throws InvalidRecordException {
    String text = replacing(bytes, from, to);
    // The fast decoder replaces malformed bytes with this character, without an error.
    if (text.indexOf('\uFFFD') >= 0 && !wellFormed(bytes, from, to)) {
      throw new InvalidRecordException("not valid UTF-8; convert the file to UTF-8");
    }
    if (text.indexOf('\0') >= 0) {
      throw new InvalidRecordException("a NUL character; is the file binary, or UTF-16?");
    }
    return text;
  }

  /** The text, with malformed bytes replaced. */
  public static String replacing(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, UTF_8);
  }

  /** The length of the byte-order mark at the start: 0 or 3. */
  public static int byteOrderMark(byte[] head) {
    boolean marked =
        head.length >= BYTE_ORDER_MARK.length
            && head[0] == BYTE_ORDER_MARK[0]
            && head[1] == BYTE_ORDER_MARK[1]
            && head[2] == BYTE_ORDER_MARK[2];
    return marked ? BYTE_ORDER_MARK.length : 0;
  }

  /** Returns whether the bytes are only spaces, tabs and line ends. */
  static boolean blank(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!space(bytes[i])) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a byte is white space in JSON. */
  static boolean space(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  private static boolean wellFormed(byte[] bytes, int from, int to) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
