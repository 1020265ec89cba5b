package io.beambatch.ledger;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Small text files below one root that are created once and never change. This is all that a {@link
 * LedgerStore} needs of a storage system; local disk and Google Cloud Storage implement it.
 *
 * <p>Paths are relative to the root, such as {@code ledger/a1-c00003/2.json}.
 */
interface RecordFiles {

  /** The content of a file, or empty if it doesn't exist. */
  Optional<String> read(String path) throws IOException;

  /** The contents of many files, by path. Files that don't exist are omitted. */
  default Map<String, String> readAll(Collection<String> paths) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (String path : paths) {
      read(path).ifPresent(content -> contents.put(path, content));
    }
    return contents;
  }

  /**
   * Creates a file atomically.
   *
   * @return whether this call created it; false if another writer's file exists
   */
  boolean create(String path, String content) throws IOException;

  /** All files in a folder and its subfolders, in any order; none if the folder doesn't exist. */
  List<Found> list(String folder) throws IOException;

  /**
   * A file found by a listing.
   *
   * @param content null if it has to be read
   */
  record Found(String path, @Nullable String content) {}

  /** Opens the record files of a further file system, such as one of a simulation. */
  @FunctionalInterface
  interface Factory {
    /** The record files below a folder; empty if it is in another file system. */
    Optional<RecordFiles> open(String folder);
  }
}
