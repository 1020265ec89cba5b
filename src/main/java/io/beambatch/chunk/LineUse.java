package io.beambatch.chunk;

/**
 * What becomes of a line of a part. {@link LineSelector} decides it before the plan is committed.
 */
public enum LineUse {
  /** It is sent. */
  SENT(0),
  /** It is sent, and identical lines wait for its answer. */
  AWAITED(1),
  /** It is not sent: an earlier run has bought its answer. */
  KNOWN(2),
  /** It is not sent: an identical line of the plan is. */
  DUPLICATE(3),
  /** It is not sent: the run is for some documents only, and this one is not among them. */
  LEFT_OUT(4);

  private final byte code;

  LineUse(int code) {
    this.code = (byte) code;
  }

  /** Its byte in files; it must never change. */
  public byte code() {
    return code;
  }

  /**
   * The use that a byte in a file stands for.
   *
   * @throws IllegalArgumentException if there is none
   */
  static LineUse of(byte code) {
    return switch (code) {
      case 0 -> SENT;
      case 1 -> AWAITED;
      case 2 -> KNOWN;
      case 3 -> DUPLICATE;
      case 4 -> LEFT_OUT;
      default -> throw new IllegalArgumentException("no use of a line: " + code);
    };
  }

  /** Returns whether the line is in the input of a batch. */
  public boolean isSent() {
    return this == SENT || this == AWAITED;
  }
}
