package io.beambatch.reuse;

import io.beambatch.storage.Storage;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers of many files, in the order of their fingerprints. If several files have the same
 * fingerprint, the first file in the list counts. A file that is damaged or missing causes a
 * warning, and its answers are left out.
 */
public final class MergedAnswers implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(MergedAnswers.class);

  private final PriorityQueue<Source> sources =
      new PriorityQueue<>(
          Comparator.comparing((Source source) -> source.reader.entry().fingerprint())
              .thenComparing(source -> source.rank));
  private AnswerFile.@Nullable Entry entry;
  private boolean isWhole = true;

  private record Source(int rank, AnswerFile.Reader reader) {}

  /** No answers. */
  public static MergedAnswers none() throws IOException {
    return new MergedAnswers(List.of());
  }

  MergedAnswers(List<String> paths) throws IOException {
    try {
      for (int rank = 0; rank < paths.size(); rank++) {
        open(rank, paths.get(rank));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open(int rank, String path) throws IOException {
    try {
      advance(new Source(rank, new AnswerFile.Reader(path, Storage.open(path))));
    } catch (AnswerFile.DamagedException | FileNotFoundException e) {
      leaveOut(e);
    }
  }

  /** Puts a file back at its next answer, or closes it. */
  private void advance(Source source) throws IOException {
    try {
      if (source.reader.next()) {
        sources.add(source);
        return;
      }
    } catch (AnswerFile.DamagedException e) {
      leaveOut(e);
    }
    source.reader.close();
  }

  private void leaveOut(IOException e) {
    isWhole = false;
    LOG.warn("answers are left out, and are bought again if they are needed: {}", e.getMessage());
  }

  /** Returns whether nothing was left out so far. */
  boolean isWhole() {
    return isWhole;
  }

  /** Advances to the next fingerprint; false at the end. */
  public boolean next() throws IOException {
    for (Source first = sources.poll(); first != null; first = sources.poll()) {
      AnswerFile.Entry found = first.reader.entry();
      advance(first);
      if (entry == null || !found.fingerprint().equals(entry.fingerprint())) {
        entry = found;
        return true;
      }
    }
    return false;
  }

  /**
   * The answer.
   *
   * @throws IllegalStateException before the first one
   */
  public AnswerFile.Entry entry() {
    if (entry == null) {
      throw new IllegalStateException("there is none yet");
    }
    return entry;
  }

  @Override
  public void close() throws IOException {
    List<Source> open = new ArrayList<>(sources);
    sources.clear();
    for (Source source : open) {
      source.reader.close();
    }
  }
}
