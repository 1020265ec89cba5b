package io.beambatch.source;

import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides from the beginning of a file whether it is what the job says. If not, it is one error
 * that names the remedy, instead of as many failed documents as the file has records.
 */
final class SourceCheck {
  /** How much of a file is checked. */
  static final int LENGTH = 1 << 16;

  private static final Pattern SEPARATOR = Pattern.compile("\"?sep=(.)\"?\\R");

  /** Delimiters other than a comma, as written by Excel, databases and Hive. */
  private static final char[] DELIMITERS = {';', '\t', '|', ',', '^', '~', '\u0001'};

  private final FileSource source;
  private final String type;

  SourceCheck(FileSource source) {
    this.source = source;
    this.type = source.format().name().toLowerCase(Locale.ROOT);
  }

  /** Checks the first bytes as they are stored. */
  void stored(SourceFile file, byte[] head) {
    Signature found = Signature.of(head);
    if (file.compressed()) {
      if (source.hasSchema()) {
        throw new SourceException(
            file.path()
                + " has the name of a compressed file, which files of type "
                + type
                + " never are as a whole; unpack it, or rename it");
      }
      if (head.length > 0 && (found == null || !file.isCompressedAs(found.ending()))) {
        throw new SourceException(
            file.path()
                + " is not compressed as its name says, but is "
                + (found == null ? "something else" : found.words())
                + "; rename it to what it is");
      }
      return;
    }
    if (found != null && found.ending() != null) {
      throw new SourceException(
          file.path()
              + " is "
              + found.words()
              + ", which its name doesn't say; rename it to "
              + file.name()
              + found.ending());
    }
    unpacked(file, head);
  }

  /** Checks the first bytes of what is to be read. */
  void unpacked(SourceFile file, byte[] head) {
    Signature found = Signature.of(head);
    boolean schema = source.hasSchema();
    if (found != null && (!schema || !type.equals(found.type()))) {
      throw new SourceException(
          file.path()
              + " is "
              + found.words()
              + (found.type() == null
                  ? ", which can't be read; unpack or convert it to " + type
                  : ", not what 'type: " + type + "' reads; set source.type to " + found.type()));
    }
    if (schema) {
      if (found == null) {
        noRows(file, head);
      }
      return;
    }
    String wide = Signature.wideEncoding(head);
    if (wide != null) {
      throw new SourceException(
          file.path()
              + " is "
              + wide
              + " text; convert it: "
              + file.converted("utf8", "iconv -f " + wide + " -t UTF-8"));
    }
    if (Signature.isBinary(head)) {
      throw new SourceException(
          file.path() + " is binary, not text; convert it to " + type + ", or leave it out");
    }
  }

  private void noRows(SourceFile file, byte[] head) {
    throw new SourceException(
        file.path()
            + (head.length == 0
                ? " is empty, not a file of type " + type + "; write it again, or leave it out"
                : " is not what 'type: "
                    + type
                    + "' reads, but "
                    + (looksLikeJson(head)
                        ? "JSON; set source.type to jsonl or json"
                        : "something else; set source.type to what it is")));
  }

  /** Checks the header of a CSV file, and returns it with names for unnamed columns. */
  List<String> header(SourceFile file, List<@Nullable String> cells) {
    noText(file, String.valueOf(cells.get(0)).stripLeading());
    if (cells.size() == 1) {
      oneColumn(file, String.valueOf(cells.get(0)));
    }
    List<String> header = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String name = cell == null || cell.isBlank() ? unnamed(i + 1, cells) : cell;
      int same = header.indexOf(name);
      if (same >= 0) {
        throw header(
            file,
            "has the name '"
                + name
                + "' twice, for columns "
                + (same + 1)
                + " and "
                + (i + 1)
                + "; rename one");
      }
      header.add(name);
    }
    return header;
  }

  /** The name of an unnamed column, by its position. */
  private static String unnamed(int number, List<@Nullable String> cells) {
    String name = "column_" + number;
    while (cells.contains(name)) {
      name += "_";
    }
    return name;
  }

  /**
   * Checks a row against its header: with another delimiter, both might have the same number of
   * cells.
   */
  void row(SourceFile file, String header, String row) {
    int columns = cells(header, source.csv().delimiter());
    int found = cells(row, source.csv().delimiter());
    if (columns == found || (source.csv().ragged() && found < columns)) {
      return;
    }
    for (char other : DELIMITERS) {
      int others = cells(header, other);
      if (other != source.csv().delimiter() && others > 1 && others == cells(row, other)) {
        throw delimited(file, "looks as if", other);
      }
    }
  }

  /** The error for a header that can't be parsed. */
  SourceException faultyHeader(SourceFile file, String header, @Nullable String fault) {
    noText(file, header.stripLeading());
    for (char other : DELIMITERS) {
      if (other != source.csv().delimiter() && cells(header, other) > 1) {
        return delimited(file, "has a header that looks as if", other);
      }
    }
    return header(file, "has a fault: " + fault);
  }

  /** The number of cells that a text has with a delimiter; 0 if it has a fault. */
  private int cells(String text, char delimiter) {
    CsvDialect own = source.csv();
    try {
      return new CsvParser(new CsvDialect(delimiter, own.quote(), own.escape(), own.ragged()))
          .cells(text)
          .size();
    } catch (InvalidRecordException e) {
      return 0;
    }
  }

  private static SourceException delimited(SourceFile file, String looks, char delimiter) {
    String shown = shown(delimiter);
    return new SourceException(
        file.path()
            + " "
            + looks
            + " '"
            + shown
            + "' separated its columns; set source.delimiter to \""
            + shown
            + "\"");
  }

  /**
   * Returns whether a line is Excel's {@code sep=} line, which sets the delimiter and isn't the
   * header.
   */
  boolean isSeparatorLine(SourceFile file, String line) {
    Matcher separator = SEPARATOR.matcher(line);
    if (!separator.matches()) {
      return false;
    }
    String delimiter = separator.group(1);
    if (delimiter.charAt(0) != source.csv().delimiter()) {
      throw new SourceException(
          file.path()
              + " says sep="
              + delimiter
              + " in its first line; set source.delimiter to \""
              + shown(delimiter.charAt(0))
              + "\"");
    }
    return true;
  }

  SourceException header(SourceFile file, String problem) {
    return new SourceException(file.path() + ": the header " + problem);
  }

  private void noText(SourceFile file, String start) {
    if (start.startsWith("{\"") || start.startsWith("[{")) {
      throw new SourceException(
          file.path() + " is JSON, not CSV; set source.type to jsonl, or json for an array");
    }
    if (start.startsWith("<?xml") || start.startsWith("<!") || start.startsWith("<html")) {
      throw new SourceException(file.path() + " is XML or HTML, not CSV; convert it");
    }
  }

  private void oneColumn(SourceFile file, String name) {
    for (char other : DELIMITERS) {
      if (other != source.csv().delimiter() && name.indexOf(other) >= 0) {
        throw new SourceException(
            file.path()
                + " has a header of one column, with '"
                + shown(other)
                + "' in it; set source.delimiter to \""
                + shown(other)
                + "\", or name the column without it");
      }
    }
  }

  /** A character as job files write it. */
  private static String shown(char c) {
    return c == '\t' ? "\\t" : c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c);
  }

  private static boolean looksLikeJson(byte[] head) {
    int start = firstOf(head);
    return start < head.length && (head[start] == '{' || head[start] == '[');
  }

  /** The index of the first byte that isn't white space. */
  static int firstOf(byte[] head) {
    int at = Utf8.byteOrderMark(head);
    while (at < head.length && Utf8.space(head[at])) {
      at++;
    }
    return at;
  }
}
