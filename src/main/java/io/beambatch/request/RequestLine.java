package io.beambatch.request;

import io.beambatch.provider.RequestFrame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes requests as lines of a batch's input file, in the provider's format. */
public final class RequestLine {
  /**
   * The length of a part's name; {@code <part>-<line>} stays far below the 64 chars of a custom_id.
   */
  public static final int PART_NAME_CHARS = 16;

  /** More than any line has besides its body. */
  static final int FRAME_MAX = 256;

  private final byte[] start;
  private final byte[] middle;

  /** Writes the lines of a part. */
  public RequestLine(String part, RequestFrame frame) {
    start = (frame.beforeId() + part + "-").getBytes(StandardCharsets.UTF_8);
    middle = frame.beforeBody().getBytes(StandardCharsets.UTF_8);
  }

  /** The id of a request. */
  public static String id(String part, int number) {
    return part + "-" + number;
  }

  /**
   * Writes a line.
   *
   * @param number counted from 0 in its part
   * @param body in UTF-8
   * @return the number of bytes
   */
  public int write(OutputStream stream, int number, byte[] body) throws IOException {
    byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    stream.write(start);
    stream.write(digits);
    stream.write(middle);
    stream.write(body);
    stream.write('}');
    stream.write('\n');
    return start.length + digits.length + middle.length + body.length + 2;
  }

  /** What the first line of a part has besides its body, in bytes. */
  static long frameBytes(RequestFrame frame) {
    RequestLine line = new RequestLine("x".repeat(PART_NAME_CHARS), frame);
    return 3L + line.start.length + line.middle.length;
  }
}
