package io.beambatch.ledger;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Small text files below one root that are created once and never change. It is all that a {@link
 * LedgerStore} needs of a place; local disk and Google Cloud Storage provide it.
 *
 * <p>Paths are relative to the root, such as {@code ledger/a1-c00003/2.json}.
 */
interface RecordFiles {

  /** The content of a file, or empty if it isn't there. */
  Optional<String> read(String path) throws IOException;

  /** The contents of many files, by path; those that are not there are left out. */
  default Map<String, String> readAll(Collection<String> paths) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (String path : paths) {
      read(path).ifPresent(content -> contents.put(path, content));
    }
    return contents;
  }

  /**
   * Creates a file, all of it at once.
   *
   * @return whether this call has created it; false if one of another writer is there
   */
  boolean create(String path, String content) throws IOException;

  /** All files in a folder and in its folders, in any order; none if there is no such folder. */
  List<Found> list(String folder) throws IOException;

  /**
   * A file that a list shows.
   *
   * @param content null if it has to be read
   */
  record Found(String path, @Nullable String content) {}
}
