package io.beambatch.chunk;

import io.beambatch.reuse.AnswerFile;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies the known answers of a plan's lines into the run's folder, in a few files: one for each
 * group of parts that follow each other. A join then reads little more than the answers that its
 * own lines get.
 *
 * <p>A line's place is its number and, as a bit, its group.
 */
final class KnownAnswers implements Closeable {
  /** An open file has a buffer, of megabytes in Cloud Storage. */
  static final int MOST_GROUPS = 8;

  private static final int LINE_BITS = Long.SIZE - 1 - MOST_GROUPS;

  private final List<Group> groups = new ArrayList<>();
  private long entries;

  private static final class Group implements Closeable {
    private final long end;
    private final String file = Part.newName();
    private final AnswerFile.Writer writer;

    Group(long end, RunFolder folder) {
      this.end = end;
      this.writer = new AnswerFile.Writer(folder.answers(file));
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  /**
   * Divides parts into groups.
   *
   * @param parts those with fingerprints, in the order in which their lines are numbered
   * @param linesAGroup the least number of lines in a group, except in the last
   */
  KnownAnswers(RunFolder folder, List<Part> parts, long linesAGroup) {
    long all = parts.stream().mapToLong(Part::requests).sum();
    long least = Math.max(linesAGroup, (all + MOST_GROUPS - 1) / MOST_GROUPS);
    long begin = 0;
    long end = 0;
    for (Part part : parts) {
      end += part.requests();
      if (end - begin >= least || end == all) {
        groups.add(new Group(end, folder));
        begin = end;
      }
    }
  }

  /** The place of a line. */
  long place(long line) {
    return both(line, line);
  }

  /** A place for two lines with one fingerprint: the first line, and both groups. */
  long both(long place, long line) {
    return place | 1L << (LINE_BITS + group(line));
  }

  /** The first line at a place. */
  static long line(long place) {
    return place & ((1L << LINE_BITS) - 1);
  }

  private int group(long line) {
    int group = 0;
    while (line >= groups.get(group).end) {
      group++;
    }
    return group;
  }

  /** Adds the answer for the lines at a place; its fingerprint is larger than the one before. */
  void add(long place, AnswerFile.Entry answer) throws IOException {
    for (int group = 0; group < groups.size(); group++) {
      if ((place & 1L << (LINE_BITS + group)) != 0) {
        groups.get(group).writer.add(answer);
      }
    }
    entries++;
  }

  /** The number of answers. */
  long entries() {
    return entries;
  }

  /** The file with the answers for a line. */
  String file(long line) {
    return groups.get(group(line)).file;
  }

  /** Makes the files visible. */
  void commit() throws IOException {
    for (Group group : groups) {
      group.writer.commit();
    }
  }

  @Override
  public void close() throws IOException {
    IOException trouble = null;
    for (Group group : groups) {
      try {
        group.close();
      } catch (IOException e) {
        trouble = e;
      }
    }
    if (trouble != null) {
      throw trouble;
    }
  }
}
