package io.beambatch.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.storage.MemoryFiles;
import java.util.List;
import java.util.Optional;

/** The records of runs in memory. */
public final class MemoryRecords implements RecordFiles.Factory {
  @Override
  public Optional<RecordFiles> open(String folder) {
    return MemoryFiles.isInMemory(folder)
        ? Optional.of(new Files(MemoryFiles.of(folder), MemoryFiles.below(folder) + "/"))
        : Optional.empty();
  }

  private record Files(MemoryFiles.Mount mount, String root) implements RecordFiles {
    @Override
    public Optional<String> read(String path) {
      return Optional.ofNullable(mount.files().get(root + path)).map(Files::text);
    }

    private static String text(byte[] content) {
      return new String(content, UTF_8);
    }

    @Override
    public boolean create(String path, String content) {
      return mount.create(root + path, content.getBytes(UTF_8));
    }

    @Override
    public List<Found> list(String folder) {
      String prefix = root + folder + "/";
      return mount.files().tailMap(prefix).entrySet().stream()
          .takeWhile(file -> file.getKey().startsWith(prefix))
          .map(file -> new Found(file.getKey().substring(root.length()), text(file.getValue())))
          .toList();
    }
  }
}
