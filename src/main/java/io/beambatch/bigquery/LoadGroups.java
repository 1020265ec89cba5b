package io.beambatch.bigquery;

import io.beambatch.ledger.Records;
import io.beambatch.result.ResultFile;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides which files of an output one job loads together. The group is recorded before the job is
 * started, and never changes: a process that asks later, for these files or for more, gets the
 * recorded group, and so finds its job. A file is in one group only.
 */
final class LoadGroups {
  /** BigQuery's maximum for one load job. */
  static final int MOST_FILES = 10_000;

  private final String output;
  private final Records<LoadGroup> records;
  private final SortedMap<String, LoadGroup> known = new TreeMap<>();

  /** Files that one job loads. */
  record LoadGroup(List<ResultFile> files) {}

  /**
   * The groups of an output.
   *
   * @param output {@code answered} or {@code failed}
   */
  LoadGroups(RunFolder folder, String output) {
    this.output = output;
    this.records = Records.versioned(folder, "loads", LoadGroup.class);
  }

  /** The groups that contain these files, by name. Files without a group are put into new ones. */
  synchronized Map<String, LoadGroup> of(List<ResultFile> files) throws IOException {
    read();
    List<ResultFile> rest = ungrouped(files);
    while (!rest.isEmpty()) {
      String name = String.format(Locale.ROOT, "%s-%05d", output, known.size());
      LoadGroup mine = new LoadGroup(rest.subList(0, Math.min(MOST_FILES, rest.size())));
      known.put(name, records.commit(name, mine));
      rest = ungrouped(rest);
    }
    Set<String> wanted = shards(files);
    Map<String, LoadGroup> groups = new TreeMap<>(known);
    groups.values().removeIf(group -> shards(group.files()).stream().noneMatch(wanted::contains));
    return groups;
  }

  private void read() throws IOException {
    records
        .readAllBut(known.keySet())
        .forEach(
            (name, record) -> {
              if (name.startsWith(output + "-")) {
                known.put(name, record.value());
              }
            });
  }

  private List<ResultFile> ungrouped(List<ResultFile> files) {
    Set<String> grouped = new HashSet<>();
    known.values().forEach(group -> grouped.addAll(shards(group.files())));
    List<ResultFile> rest =
        new ArrayList<>(files.stream().filter(file -> !grouped.contains(file.shard())).toList());
    rest.sort(Comparator.comparing(ResultFile::shard));
    return rest;
  }

  private static Set<String> shards(List<ResultFile> files) {
    Set<String> shards = new HashSet<>();
    files.forEach(file -> shards.add(file.shard()));
    return shards;
  }
}
