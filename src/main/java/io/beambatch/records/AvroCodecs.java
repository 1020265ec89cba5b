package io.beambatch.records;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;
import org.xerial.snappy.Snappy;

/**
 * Decompresses blocks of Avro files, up to a maximum size. Avro's own codecs decompress without a
 * limit, until memory is exhausted.
 */
final class AvroCodecs {
  private static final Set<String> KNOWN =
      Set.of("null", "deflate", "snappy", "zstandard", "bzip2", "xz");

  /** Writers end a block after some kilobytes, or after one record, which may be larger. */
  private static final int LARGEST_BLOCK = 1 << 27;

  private static final int XZ_MEMORY_KILOBYTES = 1 << 18;
  private static final int SNAPPY_CHECKSUM = 4;

  private AvroCodecs() {}

  /**
   * Rejects an unknown codec.
   *
   * @throws IOException naming it
   */
  static void check(String codec) throws IOException {
    if (!KNOWN.contains(codec)) {
      throw new IOException(
          "it is compressed with '"
              + codec
              + "', which can't be read; write the file with zstandard, deflate or snappy");
    }
  }

  static byte[] decompress(String codec, byte[] block) throws IOException {
    InputStream in = new ByteArrayInputStream(block);
    return switch (codec) {
      case "null" -> block;
      case "deflate" -> deflate(in);
      case "snappy" -> snappy(block);
      case "zstandard" -> all(new ZstdInputStreamNoFinalizer(in));
      case "bzip2" -> all(new BZip2CompressorInputStream(in));
      case "xz" -> all(new XZInputStream(in, XZ_MEMORY_KILOBYTES));
      default -> throw new IOException("it is compressed with " + codec);
    };
  }

  private static byte[] deflate(InputStream in) throws IOException {
    Inflater inflater = new Inflater(true);
    try {
      return all(new InflaterInputStream(in, inflater));
    } finally {
      inflater.end();
    }
  }

  private static byte[] snappy(byte[] block) throws IOException {
    int length = block.length - SNAPPY_CHECKSUM;
    if (length < 0) {
      throw new EOFException();
    }
    int plain = Snappy.uncompressedLength(block, 0, length);
    if (plain > LARGEST_BLOCK) {
      throw tooLarge();
    }
    byte[] content = new byte[plain];
    Snappy.uncompress(block, 0, length, content, 0);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    if ((int) checksum.getValue() != ByteBuffer.wrap(block).getInt(length)) {
      throw new IOException("a block's checksum doesn't match");
    }
    return content;
  }

  private static byte[] all(InputStream from) throws IOException {
    try (InputStream in = from) {
      byte[] content = in.readNBytes(LARGEST_BLOCK + 1);
      if (content.length > LARGEST_BLOCK) {
        throw tooLarge();
      }
      return content;
    }
  }

  private static IOException tooLarge() {
    return new IOException("a block has more than " + LARGEST_BLOCK + " bytes when decompressed");
  }
}
