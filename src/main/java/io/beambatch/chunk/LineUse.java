package io.beambatch.chunk;

/** What becomes of a line of a part. */
public enum LineUse {
  /** It is sent. */
  SENT(0),
  /** It is sent, and others that are the same wait for its answer. */
  AWAITED(1),
  /** It is not sent: an earlier run has bought its answer. */
  KNOWN(2),
  /** It is not sent: it is the same as another line of the plan, which is. */
  DUPLICATE(3),
  /** Its document is no part of the run, which is for some only. */
  LEFT_OUT(4);

  private final byte code;

  LineUse(int code) {
    this.code = (byte) code;
  }

  /** Its byte in files, which never changes. */
  public byte code() {
    return code;
  }

  /**
   * The use that a byte in a file stands for.
   *
   * @throws IllegalArgumentException if it stands for none
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

  /** Whether it is in the input of a batch. */
  public boolean isSent() {
    return this == SENT || this == AWAITED;
  }
}
