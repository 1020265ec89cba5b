package io.beambatch.ledger;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store whose records have versions. Each record is a folder with a file for each version ({@code
 * 1.json}, {@code 2.json}, …); the writer that creates the next file wins.
 */
final class VersionedStore implements LedgerStore {
  /** Matches a file's path: record name and version. */
  private static final Pattern FILE = Pattern.compile("(.+)/([1-9][0-9]{0,17})\\.json");

  private final RecordFiles files;

  VersionedStore(RecordFiles files) {
    this.files = files;
  }

  @Override
  public Optional<Versioned> read(String name) throws IOException {
    return Optional.ofNullable(contents(newest(name)).get(name));
  }

  @Override
  public Optional<Versioned> write(String name, long expected, String content) throws IOException {
    return files.create(path(name, expected + 1), content)
        ? Optional.of(new Versioned(expected + 1, content))
        : Optional.empty();
  }

  @Override
  public List<String> list(String folder) throws IOException {
    return List.copyOf(records(folder).keySet());
  }

  @Override
  public SortedMap<String, Versioned> readAll(String folder, Predicate<String> wanted)
      throws IOException {
    SortedMap<String, Version> records = records(folder);
    records.keySet().removeIf(wanted.negate());
    return contents(records);
  }

  /** The newest version of each record in a folder. */
  private SortedMap<String, Version> records(String folder) throws IOException {
    return newest(folder).tailMap(folder + "/");
  }

  /** The newest version of each record that is, or lies in, a folder. */
  private SortedMap<String, Version> newest(String folder) throws IOException {
    SortedMap<String, Version> newest = new TreeMap<>();
    for (RecordFiles.Found found : files.list(folder)) {
      Matcher file = FILE.matcher(found.path());
      if (file.matches()) {
        newest.merge(
            file.group(1),
            new Version(Long.parseLong(file.group(2)), found),
            (one, other) -> one.number > other.number ? one : other);
      }
    }
    return newest;
  }

  private SortedMap<String, Versioned> contents(Map<String, Version> versions) throws IOException {
    List<String> unread = new ArrayList<>();
    for (Version version : versions.values()) {
      if (version.file.content() == null) {
        unread.add(version.file.path());
      }
    }
    Map<String, String> read = files.readAll(unread);
    SortedMap<String, Versioned> contents = new TreeMap<>();
    for (Map.Entry<String, Version> version : versions.entrySet()) {
      RecordFiles.Found file = version.getValue().file;
      String content = file.content() == null ? read.get(file.path()) : file.content();
      if (content == null) {
        throw new IOException("record " + file.path() + " is missing");
      }
      contents.put(version.getKey(), new Versioned(version.getValue().number, content));
    }
    return contents;
  }

  private static String path(String name, long version) {
    return name + "/" + version + ".json";
  }

  private record Version(long number, RecordFiles.Found file) {}
}
