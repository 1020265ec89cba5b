package io.beambatch.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A store whose records are written once. Each record is one file, named by the record and a
 * suffix; the folders may hold other files.
 */
final class OnceStore implements LedgerStore {
  private static final long ONLY = Versioned.ABSENT + 1;

  private final RecordFiles files;
  private final String suffix;

  /** Keeps records in files with this suffix. */
  OnceStore(RecordFiles files, String suffix) {
    this.files = files;
    this.suffix = suffix;
  }

  @Override
  public Optional<Versioned> read(String name) throws IOException {
    return files.read(name + suffix).map(content -> new Versioned(ONLY, content));
  }

  @Override
  public Optional<Versioned> write(String name, long expected, String content) throws IOException {
    return expected == Versioned.ABSENT && files.create(name + suffix, content)
        ? Optional.of(new Versioned(ONLY, content))
        : Optional.empty();
  }

  @Override
  public List<String> list(String folder) throws IOException {
    return found(folder).stream().map(file -> name(file.path())).sorted().toList();
  }

  @Override
  public SortedMap<String, Versioned> readAll(String folder, Predicate<String> wanted)
      throws IOException {
    Map<String, String> contents = new HashMap<>();
    List<String> unread = new ArrayList<>();
    for (RecordFiles.Found file : found(folder)) {
      if (!wanted.test(name(file.path()))) {
        continue;
      }
      if (file.content() == null) {
        unread.add(file.path());
      } else {
        contents.put(file.path(), file.content());
      }
    }
    contents.putAll(files.readAll(unread));
    SortedMap<String, Versioned> records = new TreeMap<>();
    contents.forEach((path, content) -> records.put(name(path), new Versioned(ONLY, content)));
    return records;
  }

  private List<RecordFiles.Found> found(String folder) throws IOException {
    return files.list(folder).stream().filter(file -> file.path().endsWith(suffix)).toList();
  }

  private String name(String path) {
    return path.substring(0, path.length() - suffix.length());
  }
}
