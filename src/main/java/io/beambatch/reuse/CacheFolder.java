package io.beambatch.reuse;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.storage.Storage;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All files of a cache, whatever their answers are kept apart by: how many they are, how old, and
 * what the last runs found in them. A file's name says when its answers were bought.
 */
public final class CacheFolder {
  static final String ANSWERS = "answers";
  private static final String LOOKUPS = "lookups";
  private static final Pattern FILE =
      Pattern.compile("(?:.*/)?([0-9]{13})-[0-9a-f-]{36}\\.([a-z]+)");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int LAST_LOOKUPS = 20;

  private final String root;

  /** The cache in a folder, local or {@code gs://}. */
  public CacheFolder(String path) {
    root = Storage.absolute(path).replaceAll("/+$", "");
  }

  /**
   * What a run found.
   *
   * @param lines that it looked up
   * @param known lines that it need not send
   */
  public record Lookup(String run, long lines, long known) {}

  /**
   * What a cache holds.
   *
   * @param answers of all its files; what was bought twice counts twice
   * @param oldest when the oldest answer was bought, as an ISO time, or null if there is none
   * @param lookups of the last runs, the latest first
   */
  public record Contents(
      String path,
      int files,
      long answers,
      long bytes,
      @Nullable String oldest,
      List<Lookup> lookups) {}

  static String newName(long millis, String kind) {
    return String.format(Locale.ROOT, "%013d-%s.%s", millis, UUID.randomUUID(), kind);
  }

  static boolean isAnswers(String name) {
    Matcher matcher = FILE.matcher(name);
    return matcher.matches() && matcher.group(2).equals(ANSWERS);
  }

  /** When the answers of a file were bought, or the oldest of them. */
  static long millis(String name) {
    Matcher matcher = FILE.matcher(name);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : Long.MAX_VALUE;
  }

  /** The sizes of the files of answers, by path below the folder, the oldest first. */
  private Map<String, Long> sizes() throws IOException {
    Map<String, Long> sizes =
        new TreeMap<>(
            Comparator.comparing(CacheFolder::millis).thenComparing(Comparator.naturalOrder()));
    Storage.sizes(root)
        .forEach(
            (name, size) -> {
              if (isAnswers(name)) {
                sizes.put(name, size);
              }
            });
    return sizes;
  }

  /** What it holds. */
  public Contents contents() throws IOException {
    Map<String, Long> sizes = sizes();
    long answers = 0;
    for (Map.Entry<String, Long> file : sizes.entrySet()) {
      answers += entries(root + "/" + file.getKey(), file.getValue());
    }
    List<Lookup> lookups = new ArrayList<>();
    for (String name : lookups()) {
      try (InputStream in = Storage.open(root + "/" + LOOKUPS + "/" + name)) {
        lookups.add(MAPPER.readValue(in, Lookup.class));
      }
    }
    return new Contents(
        root,
        sizes.size(),
        answers,
        sizes.values().stream().mapToLong(Long::longValue).sum(),
        sizes.keySet().stream()
            .findFirst()
            .map(name -> Instant.ofEpochMilli(millis(name)).toString())
            .orElse(null),
        lookups);
  }

  /** The number with which a file ends; 0 if it is too short to have one. */
  private static long entries(String path, long size) throws IOException {
    if (size < Long.BYTES) {
      return 0;
    }
    try (DataInputStream end = new DataInputStream(Storage.open(path, size - Long.BYTES))) {
      return end.readLong();
    }
  }

  /**
   * Deletes files of answers, the oldest first.
   *
   * @param before goes what is older than this
   * @param maxSize in bytes, of all that is left; null for any
   * @return how many bytes went
   */
  public long prune(Instant before, @Nullable Long maxSize) throws IOException {
    Map<String, Long> sizes = sizes();
    long all = sizes.values().stream().mapToLong(Long::longValue).sum();
    long left = all;
    List<String> gone = new ArrayList<>();
    for (Map.Entry<String, Long> file : sizes.entrySet()) {
      boolean tooOld = Instant.ofEpochMilli(millis(file.getKey())).isBefore(before);
      if (tooOld || (maxSize != null && left > maxSize)) {
        gone.add(root + "/" + file.getKey());
        left -= file.getValue();
      }
    }
    Storage.delete(gone);
    return all - left;
  }

  /** Notes what a run found, in place of the oldest note. */
  void note(Instant now, Lookup lookup) throws IOException {
    String folder = root + "/" + LOOKUPS;
    Storage.write(
        folder + "/" + newName(now.toEpochMilli(), "lookup"),
        out -> out.write(MAPPER.writeValueAsBytes(lookup)));
    List<String> all = lookups();
    Storage.delete(
        all.subList(Math.min(all.size(), LAST_LOOKUPS), all.size()).stream()
            .map(name -> folder + "/" + name)
            .toList());
  }

  private List<String> lookups() throws IOException {
    return Storage.list(root + "/" + LOOKUPS).stream()
        .filter(name -> FILE.matcher(name).matches())
        .sorted(Comparator.reverseOrder())
        .toList();
  }
}
