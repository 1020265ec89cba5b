package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the first documents of a source of files, as a sample of its data. It reads no more of a
 * file than they need.
 */
public final class SourceSample {
  /** The first split is small, however large the file is, and has some hundred documents. */
  private static final ReadSettings SMALL_SPLITS =
      new ReadSettings(
          1 << 16, ReadSettings.DEFAULT.record(), ReadSettings.DEFAULT.header(), 1 << 16);

  private SourceSample() {}

  /**
   * Reads the first documents of the first file.
   *
   * @param most the maximum number; fewer if its first split has fewer
   * @param scratch a folder for decompressed data
   * @throws IOException if there is no file, or it can't be read
   * @throws SourceException if it isn't what the source says
   */
  public static List<Document> of(FileSource source, int most, String scratch) throws IOException {
    String file = FilePatterns.matchAll(source.paths()).iterator().next();
    List<Document> documents = new ArrayList<>();
    try {
      new FileSplitter(source, SMALL_SPLITS, scratch, null)
          .cut(
              file,
              split -> {
                throw new FirstSplit(split);
              });
    } catch (FirstSplit found) {
      try {
        new SplitReader(source, SMALL_SPLITS).read(found.split, new Sampler(documents, most));
      } catch (Enough e) {
        return documents;
      }
    }
    return documents;
  }

  /** Collects valid documents until there are enough. */
  private record Sampler(List<Document> documents, int most) implements SplitReader.Receiver {
    @Override
    public void document(Document document) {
      documents.add(document);
      if (documents.size() >= most) {
        throw new Enough();
      }
    }

    @Override
    public void invalid(FailedDocument failed) {
      // The run reports it; a sample has only what can be sent.
    }
  }

  /** Ends the pass over a file. Readers of rows take any exception for damage of the file. */
  private static final class FirstSplit extends Error {
    private final transient FileSplit split;

    FirstSplit(FileSplit split) {
      super(null, null, false, false);
      this.split = split;
    }
  }

  /** Ends the reading of a split, likewise. */
  private static final class Enough extends Error {
    Enough() {
      super(null, null, false, false);
    }
  }
}
