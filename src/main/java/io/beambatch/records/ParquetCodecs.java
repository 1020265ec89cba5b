package io.beambatch.records;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.airlift.compress.Decompressor;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.brotli.dec.BrotliInputStream;
import org.xerial.snappy.Snappy;

/**
 * Decompresses pages of Parquet files. Parquet's own factory loads codecs by Hadoop's class names,
 * some of which are missing, and accepts any size that a page claims.
 */
final class ParquetCodecs implements CompressionCodecFactory {
  private static final Set<CompressionCodecName> KNOWN =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.GZIP,
          CompressionCodecName.ZSTD,
          CompressionCodecName.LZ4,
          CompressionCodecName.LZ4_RAW,
          CompressionCodecName.BROTLI);

  /** Writers begin a new page after about a megabyte; a single value may be larger. */
  private static final int MOST_PAGE = 1 << 30;

  private static final int LZ4_HEADER = 8;

  /** An upper bound on the bytes that one byte of compressed data expands to. */
  private static final long MOST_BY_SNAPPY = 64;

  private static final long MOST_BY_LZ4 = 256;

  /**
   * Rejects an unknown codec.
   *
   * @throws IOException naming column and codec
   */
  static void check(String column, CompressionCodecName codec) throws IOException {
    if (!KNOWN.contains(codec)) {
      throw new IOException(
          "column "
              + column
              + " is compressed with "
              + codec
              + ", which can't be read; write the file with zstd or snappy");
    }
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return new Pages(codec);
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("only for reading");
  }

  @Override
  public void release() {}

  private record Pages(CompressionCodecName codec) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return codec == CompressionCodecName.UNCOMPRESSED
          ? bytes
          : BytesInput.from(page(bytes.toInputStream().readAllBytes(), size));
    }

    @Override
    public void decompress(ByteBuffer input, int compressed, ByteBuffer output, int size)
        throws IOException {
      byte[] bytes = new byte[compressed];
      input.get(bytes);
      output.put(codec == CompressionCodecName.UNCOMPRESSED ? bytes : page(bytes, size));
    }

    private byte[] page(byte[] bytes, int size) throws IOException {
      if (size < 0 || size > MOST_PAGE) {
        throw new IOException("a page claims to have " + size + " bytes");
      }
      if (size == 0) {
        return new byte[0];
      }
      boolean lz4 = codec == CompressionCodecName.LZ4 || codec == CompressionCodecName.LZ4_RAW;
      if (lz4 && size > bytes.length * MOST_BY_LZ4) {
        throw new IOException("a page doesn't have as many bytes as it says");
      }
      byte[] page =
          switch (codec) {
            case SNAPPY -> snappy(bytes, size);
            case GZIP -> read(new GZIPInputStream(new ByteArrayInputStream(bytes)), size);
            case BROTLI -> read(new BrotliInputStream(new ByteArrayInputStream(bytes)), size);
            case ZSTD ->
                read(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(bytes)), size);
            case LZ4_RAW -> block(new Lz4Decompressor(), bytes, 0, bytes.length, size);
            case LZ4 -> lz4(bytes, size);
            default -> throw new IOException("pages are compressed with " + codec);
          };
      if (page.length != size) {
        throw new IOException("a page doesn't have as many bytes as it says");
      }
      return page;
    }

    @Override
    public void release() {}
  }

  private static byte[] snappy(byte[] bytes, int size) throws IOException {
    if (Snappy.uncompressedLength(bytes) != size || size > bytes.length * MOST_BY_SNAPPY) {
      throw new IOException("a page doesn't have as many bytes as it says");
    }
    return Snappy.uncompress(bytes);
  }

  private static byte[] read(InputStream from, int size) throws IOException {
    try (InputStream in = from) {
      // One byte more than claimed shows that there is more.
      return in.readNBytes(size + 1);
    }
  }

  private static byte[] block(Decompressor codec, byte[] bytes, int from, int length, int size)
      throws IOException {
    byte[] page = new byte[size];
    try {
      return Arrays.copyOf(page, codec.decompress(bytes, from, length, page, 0, size));
    } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("a page's LZ4 data are damaged", e);
    }
  }

  /**
   * LZ4 under its old name: blocks with two lengths before each, as Hadoop writes them, or one bare
   * block, as older C++ writers do.
   */
  private static byte[] lz4(byte[] bytes, int size) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte[] page = new byte[size];
    int at = 0;
    while (at < size) {
      if (in.remaining() < LZ4_HEADER) {
        return block(new Lz4Decompressor(), bytes, 0, bytes.length, size);
      }
      int plain = in.getInt();
      int packed = in.getInt();
      if (plain < 0 || plain > size - at || packed < 0 || packed > in.remaining()) {
        return block(new Lz4Decompressor(), bytes, 0, bytes.length, size);
      }
      byte[] part = block(new Lz4Decompressor(), bytes, in.position(), packed, plain);
      System.arraycopy(part, 0, page, at, part.length);
      in.position(in.position() + packed);
      at += plain;
    }
    return page;
  }
}
