package io.beambatch.request;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Width and height of an image, from the header of its PNG, JPEG, GIF or WebP file. Only the header
 * is decoded.
 */
record ImageSize(int width, int height) {
  private static final long PNG = 0x89504E470D0A1A0AL;

  private static final long HEADER_OF_PNG = 0x49484452;
  private static final int GIF = 0x47494638;
  private static final int RIFF = 0x52494646;
  private static final int WEBP = 0x57454250;
  private static final int LOSSY = 0x56503820;
  private static final int LOSSLESS = 0x5650384C;
  private static final int EXTENDED = 0x56503858;

  private static final int MARKER = 0xFF;

  /** Reads the header; null if it has none of these formats, or is damaged. */
  static @Nullable ImageSize of(InputStream file) {
    try {
      ImageSize size = read(new DataInputStream(file));
      return size != null && size.width > 0 && size.height > 0 ? size : null;
    } catch (IOException e) {
      return null; // too short, or not Base64: the provider will say so
    }
  }

  private static @Nullable ImageSize read(DataInputStream in) throws IOException {
    int start = in.readInt();
    if (start == (int) (PNG >>> 32)) {
      if (in.readInt() != (int) PNG) {
        return null;
      }
      in.readInt();
      return in.readInt() == HEADER_OF_PNG ? new ImageSize(in.readInt(), in.readInt()) : null;
    }
    if (start == GIF) {
      in.readUnsignedShort();
      return new ImageSize(little(in, 2), little(in, 2));
    }
    if (start == RIFF) {
      in.readInt();
      return in.readInt() == WEBP ? webp(in) : null;
    }
    return start >>> 8 == 0xFFD8FF ? jpeg(in, start & MARKER) : null;
  }

  private static @Nullable ImageSize webp(DataInputStream in) throws IOException {
    int kind = in.readInt();
    in.readInt();
    switch (kind) {
      case LOSSY -> {
        in.skipNBytes(6);
        return new ImageSize(little(in, 2) & 0x3FFF, little(in, 2) & 0x3FFF);
      }
      case LOSSLESS -> {
        in.readUnsignedByte();
        int bits = little(in, 4);
        return new ImageSize((bits & 0x3FFF) + 1, ((bits >>> 14) & 0x3FFF) + 1);
      }
      case EXTENDED -> {
        in.readInt();
        return new ImageSize(little(in, 3) + 1, little(in, 3) + 1);
      }
      default -> {
        return null;
      }
    }
  }

  /** Reads segment after segment until one describes the frame. */
  private static @Nullable ImageSize jpeg(DataInputStream in, int firstMarker) throws IOException {
    int marker = firstMarker;
    while (true) {
      int length = in.readUnsignedShort();
      if (length < 2) {
        return null;
      }
      if (isFrame(marker)) {
        in.readUnsignedByte();
        int height = in.readUnsignedShort();
        return new ImageSize(in.readUnsignedShort(), height);
      }
      in.skipNBytes(length - 2L);
      if (in.readUnsignedByte() != MARKER) {
        return null;
      }
      do {
        marker = in.readUnsignedByte();
      } while (marker == MARKER);
    }
  }

  /**
   * Returns whether a marker begins one of the sixteen kinds of frames; three numbers mean other
   * things.
   */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static int little(DataInputStream in, int bytes) throws IOException {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= in.readUnsignedByte() << (8 * i);
    }
    return value;
  }
}
