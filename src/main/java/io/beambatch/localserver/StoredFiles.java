package io.beambatch.localserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores the files in a folder: {@code <id>.content} holds the bytes, {@code <id>.json} the
 * metadata. A file exists if both do: the metadata is written first, so that after a crash in
 * between the content is still at its origin.
 */
final class StoredFiles {
  private static final String CONTENT = ".content";
  private static final String JSON = ".json";

  private final Path dir;
  private final Clock clock;
  private final NavigableMap<Long, StoredFile> files = new ConcurrentSkipListMap<>();
  private final Map<String, Long> ordinals = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  StoredFiles(Path dir, Clock clock) throws IOException {
    this.dir = OwnFiles.folder(dir);
    this.clock = clock;
    for (Path path : listing()) {
      String name = path.getFileName().toString();
      if (name.endsWith(JSON)) {
        ObjectNode json = ServerJson.load(path);
        StoredFile file = StoredFile.fromJson(json.get("file"), json.get("ordinal").longValue());
        if (Files.exists(content(file.id()))) {
          put(file);
        }
      }
    }
    for (Path path : listing()) {
      if (!ordinals.containsKey(path.getFileName().toString().replaceFirst("\\..*", ""))) {
        Files.delete(path);
      }
    }
  }

  /** A path where an upload can be written before it is {@link #add}ed. */
  Path temporary() throws IOException {
    return Files.createTempFile(dir, "upload-", CONTENT);
  }

  /** Adds a complete file by moving it. */
  StoredFile add(
      String id, Path content, String filename, String purpose, @Nullable Long secondsToLive)
      throws IOException {
    long now = clock.instant().getEpochSecond();
    StoredFile file =
        new StoredFile(
            id,
            last.incrementAndGet(),
            Files.size(content),
            now,
            secondsToLive == null ? null : now + secondsToLive,
            filename,
            purpose);
    ObjectNode json = ServerJson.object().put("ordinal", file.ordinal());
    json.set("file", file.toJson());
    ServerJson.save(dir.resolve(id + JSON), json);
    Files.move(content, content(id), StandardCopyOption.ATOMIC_MOVE);
    put(file);
    return file;
  }

  /** The file with an id, unless it is deleted or expired. */
  Optional<StoredFile> find(String id) {
    Long ordinal = ordinals.get(id);
    return Optional.ofNullable(ordinal == null ? null : files.get(ordinal)).filter(this::alive);
  }

  Path content(String id) {
    return dir.resolve(id + CONTENT);
  }

  void delete(String id) throws IOException {
    Long ordinal = ordinals.remove(id);
    if (ordinal != null) {
      files.remove(ordinal);
      Files.deleteIfExists(dir.resolve(id + JSON));
      Files.deleteIfExists(content(id));
    }
  }

  /** Deletes expired files. */
  void sweep() throws IOException {
    for (StoredFile file : files.values()) {
      if (!alive(file)) {
        delete(file.id());
      }
    }
  }

  ListPage.Page<StoredFile> list(ListPage listing, Predicate<StoredFile> chosen) {
    return listing.page(files, file -> alive(file) && chosen.test(file));
  }

  private boolean alive(StoredFile file) {
    return file.expiresAt() == null || clock.instant().getEpochSecond() < file.expiresAt();
  }

  private void put(StoredFile file) {
    files.put(file.ordinal(), file);
    ordinals.put(file.id(), file.ordinal());
    last.accumulateAndGet(file.ordinal(), Math::max);
  }

  private List<Path> listing() throws IOException {
    try (Stream<Path> paths = Files.list(dir)) {
      return new ArrayList<>(paths.toList());
    } catch (NoSuchFileException e) {
      throw new IOException("The folder for files, " + dir + ", has gone. Restart the server.", e);
    }
  }
}
