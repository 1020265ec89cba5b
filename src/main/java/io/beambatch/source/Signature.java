package io.beambatch.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recognises a file that isn't text by its first bytes.
 *
 * @param words such as {@code gzip data}
 * @param ending the file name ending under which such files are read, or null if they can't be
 * @param type the {@code source.type} that reads them, or null
 * @param place the offset of the bytes
 * @param bytes the bytes of such files there, one character each
 */
record Signature(
    String words, @Nullable String ending, @Nullable String type, int place, String bytes) {
  private static final List<Signature> ALL =
      List.of(
          compressed("gzip data", ".gz", "1f8b"),
          compressed("bzip2 data", ".bz2", "425a68"),
          compressed("Zstandard data", ".zst", "28b52ffd"),
          compressed("xz data", null, "fd377a585a00"),
          compressed("LZMA data", null, "5d00008000"),
          compressed("LZ4 data", null, "04224d18"),
          compressed("lzop data", null, "894c5a4f00"),
          compressed("data of compress", null, "1f9d"),
          compressed("Snappy data", null, "ff060000734e61507059"),
          compressed("a RAR archive", null, "526172211a07"),
          compressed("a zip archive (or an Excel workbook)", null, "504b0304"),
          compressed("a 7z archive", null, "377abcaf271c"),
          new Signature("a tar archive", null, null, 257, "ustar"),
          new Signature("a Parquet file", null, "parquet", 0, "PAR1"),
          new Signature("an Avro file", null, "avro", 0, "Obj\001"),
          new Signature("an ORC file", null, null, 0, "ORC"),
          new Signature("an Arrow file", null, null, 0, "ARROW1"),
          new Signature("a Feather file", null, null, 0, "FEA1"),
          new Signature("a DuckDB database", null, null, 8, "DUCK"),
          new Signature("a NumPy array", null, null, 0, "\u0093NUMPY"),
          new Signature("an HDF5 file", null, null, 0, "\u0089HDF"),
          new Signature("a PNG image", null, null, 0, "\u0089PNG"),
          new Signature("a JPEG image", null, null, 0, "\u00ff\u00d8\u00ff"),
          new Signature("a GIF image", null, null, 0, "GIF8"),
          new Signature("a program", null, null, 0, "\u007fELF"),
          new Signature("a PDF", null, null, 0, "%PDF-"),
          new Signature("an SQLite database", null, null, 0, "SQLite format 3"),
          compressed("an old Office document", null, "d0cf11e0a1b11ae1"));

  /** The number of first bytes that are needed. */
  static final int LENGTH = 512;

  /** The signature of a file's first bytes; null if none matches. */
  static @Nullable Signature of(byte[] head) {
    return ALL.stream().filter(signature -> signature.fits(head)).findFirst().orElse(null);
  }

  /** The encoding of a text with two or four bytes per character; null for others. */
  static @Nullable String wideEncoding(byte[] head) {
    boolean little = head.length >= 2 && isMark(head, 0xFF, 0xFE);
    if (little && head.length >= 4 && head[2] == 0 && head[3] == 0) {
      return "UTF-32";
    }
    byte[] second = head.length < 4 ? new byte[2] : Arrays.copyOfRange(head, 2, 4);
    if (head.length >= 4 && isMark(head, 0, 0) && isMark(second, 0xFE, 0xFF)) {
      return "UTF-32";
    }
    if (little || (head.length >= 2 && isMark(head, 0xFE, 0xFF))) {
      return "UTF-16";
    }
    int even = 0;
    int odd = 0;
    int looked = Math.min(head.length, 64) & ~1;
    for (int i = 0; i < looked; i += 2) {
      even += head[i] == 0 ? 1 : 0;
      odd += head[i + 1] == 0 ? 1 : 0;
    }
    int most = looked / 2 * 3 / 4;
    if (looked < 8) {
      return null;
    }
    return even == 0 && odd > most ? "UTF-16LE" : odd == 0 && even > most ? "UTF-16BE" : null;
  }

  /** Returns whether there are more NUL characters than in any text. */
  static boolean isBinary(byte[] head) {
    int zeros = 0;
    int looked = Math.min(head.length, LENGTH);
    for (int i = 0; i < looked; i++) {
      zeros += head[i] == 0 ? 1 : 0;
    }
    return looked >= 64 && zeros > looked / 4;
  }

  private static boolean isMark(byte[] head, int first, int second) {
    return (head[0] & 0xFF) == first && (head[1] & 0xFF) == second;
  }

  private boolean fits(byte[] head) {
    return head.length >= place + bytes.length()
        && new String(head, place, bytes.length(), StandardCharsets.ISO_8859_1).equals(bytes);
  }

  private static Signature compressed(String words, @Nullable String ending, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return new Signature(words, ending, null, 0, new String(bytes, StandardCharsets.ISO_8859_1));
  }
}
