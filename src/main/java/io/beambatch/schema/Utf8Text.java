package io.beambatch.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Decodes texts of files. Java's own conversions silently replace bytes that are not UTF-8. */
public final class Utf8Text {
  private Utf8Text() {}

  /** The text of bytes as a String, or an {@link UnreadableValue}. */
  public static Object decode(ByteBuffer bytes) {
    try {
      return UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      return new UnreadableValue("the stored text is not UTF-8");
    }
  }
}
