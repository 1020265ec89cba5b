package io.beambatch.reuse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.storage.Storage;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All files of a cache, across the folders that {@link AnswerCache} keeps apart: counts them,
 * deletes the oldest, and records what the last runs found. The {@code cache} command shows it. A
 * file's name has the time when its answers were bought.
 */
public final class CacheFolder {
  static final String ANSWERS = "answers";

  private static final Logger LOG = LoggerFactory.getLogger(CacheFolder.class);

  /** The version of the format of files of answers. */
  static final int VERSION = 1;

  private static final String LOOKUP = "lookup";
  private static final String LOOKUPS = "lookups";
  private static final Pattern FILE =
      Pattern.compile("(?:.*/)?([0-9]{13})-[0-9a-f-]{36}\\.([a-z]+)");
  private static final Pattern VERSIONED = Pattern.compile("(?:.*/)?v([0-9]{1,9})-[^/]*/[^/]*");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int LAST_LOOKUPS = 20;

  private final String root;

  /** The cache in a folder, local or {@code gs://}. */
  public CacheFolder(String path) {
    root = Storage.withoutSlash(Storage.absolute(path));
  }

  /**
   * What a run found.
   *
   * @param lines the number of lines that it looked up
   * @param known the number of lines that it need not send
   */
  public record Lookup(String run, long lines, long known) {}

  /**
   * What a cache holds.
   *
   * @param answers the number of answers in all files that this version reads; an answer that was
   *     bought twice counts twice
   * @param newerFiles files that a newer version of the program wrote, and this one doesn't read
   * @param oldest when the oldest answer was bought, as an ISO time, or null if there is none
   * @param lookups what the last runs found, the latest first
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Contents(
      String path,
      int files,
      int newerFiles,
      long answers,
      long bytes,
      @Nullable String oldest,
      List<Lookup> lookups) {}

  static String newName(long millis, String kind) {
    return String.format(Locale.ROOT, "%013d-%s.%s", millis, UUID.randomUUID(), kind);
  }

  static boolean isAnswers(String name) {
    return isOf(ANSWERS, name);
  }

  private static boolean isOf(String kind, String name) {
    Matcher matcher = FILE.matcher(name);
    return matcher.matches() && matcher.group(2).equals(kind);
  }

  private static boolean isNewer(String path) {
    Matcher matcher = VERSIONED.matcher(path);
    return matcher.matches() && Integer.parseInt(matcher.group(1)) > VERSION;
  }

  /** When the oldest answer of a file was bought, in milliseconds since 1970. */
  static long millis(String name) {
    Matcher matcher = FILE.matcher(name);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : Long.MAX_VALUE;
  }

  /** The sizes of the files of a kind, by path below the folder, the oldest first. */
  private static Map<String, Long> of(String kind, Map<String, Long> all) {
    Map<String, Long> sizes =
        new TreeMap<>(
            Comparator.comparing(CacheFolder::millis).thenComparing(Comparator.naturalOrder()));
    all.forEach(
        (name, size) -> {
          if (isOf(kind, name)) {
            sizes.put(name, size);
          }
        });
    return sizes;
  }

  /** Returns whether no run has used the folder as a cache. */
  public boolean isMissing() throws IOException {
    return Storage.sizes(root).keySet().stream().noneMatch(name -> FILE.matcher(name).matches());
  }

  /** Reads what the cache holds. */
  public Contents contents() throws IOException {
    Map<String, Long> all = Storage.sizes(root);
    Map<String, Long> sizes = of(ANSWERS, all);
    long answers = 0;
    int newer = 0;
    for (Map.Entry<String, Long> file : sizes.entrySet()) {
      if (isNewer(file.getKey())) {
        newer++;
      } else {
        answers += entries(root + "/" + file.getKey(), file.getValue());
      }
    }
    List<String> last = new ArrayList<>(of(LOOKUP, all).keySet());
    Collections.reverse(last);
    List<Lookup> lookups = new ArrayList<>();
    for (String name : last.subList(0, Math.min(last.size(), LAST_LOOKUPS))) {
      try (InputStream in = Storage.open(root + "/" + name)) {
        lookups.add(MAPPER.readValue(in, Lookup.class));
      } catch (JsonProcessingException e) {
        LOG.warn("the record {}/{} of the cache is damaged, and left out", root, name);
      } catch (FileNotFoundException e) {
        LOG.debug("a run has just deleted {}", name);
      }
    }
    return new Contents(
        root,
        sizes.size(),
        newer,
        answers,
        sizes.values().stream().mapToLong(Long::longValue).sum(),
        sizes.keySet().stream()
            .findFirst()
            .map(name -> Instant.ofEpochMilli(millis(name)).toString())
            .orElse(null),
        lookups);
  }

  /**
   * Returns whether a newer version of the program has written answers that this one can't read.
   */
  boolean hasNewer() throws IOException {
    return Storage.sizes(root).keySet().stream().anyMatch(CacheFolder::isNewer);
  }

  @Override
  public String toString() {
    return root;
  }

  /** The number of entries at the end of a file; 0 if the file is too short or has just gone. */
  private static long entries(String path, long size) throws IOException {
    if (size < Long.BYTES) {
      return 0;
    }
    try (DataInputStream end = new DataInputStream(Storage.open(path, size - Long.BYTES))) {
      return end.readLong();
    } catch (FileNotFoundException e) {
      return 0;
    }
  }

  /**
   * Deletes files of answers, the oldest first.
   *
   * @param before files that are older are deleted
   * @param maxSize of the remaining files, in bytes; null for no limit
   * @return the number of deleted bytes
   */
  public long prune(Instant before, @Nullable Long maxSize) throws IOException {
    Map<String, Long> sizes = of(ANSWERS, Storage.sizes(root));
    long all = sizes.values().stream().mapToLong(Long::longValue).sum();
    long left = all;
    List<String> deleted = new ArrayList<>();
    for (Map.Entry<String, Long> file : sizes.entrySet()) {
      boolean tooOld = Instant.ofEpochMilli(millis(file.getKey())).isBefore(before);
      if (tooOld || (maxSize != null && left > maxSize)) {
        deleted.add(root + "/" + file.getKey());
        left -= file.getValue();
      }
    }
    Storage.delete(deleted);
    return all - left;
  }

  /** Records what a run found, and deletes the oldest such record. */
  void record(Instant now, Lookup lookup) throws IOException {
    String folder = root + "/" + LOOKUPS;
    Storage.write(
        folder + "/" + newName(now.toEpochMilli(), LOOKUP),
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
