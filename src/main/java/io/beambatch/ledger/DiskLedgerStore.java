package io.beambatch.ledger;

import io.beambatch.storage.DurableFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A ledger on local disk: a folder for each record, a file for each of its versions ({@code
 * 1.json}, {@code 2.json}, …). A version is written aside, forced to disk, and linked under its
 * name; the file system lets only one writer make that link.
 */
public final class DiskLedgerStore implements LedgerStore {
  private static final String SUFFIX = ".json";

  private final Path root;

  /** A ledger below a folder, which need not be there yet. */
  public DiskLedgerStore(Path root) {
    this.root = root;
  }

  @Override
  public Optional<Versioned> read(String name) throws IOException {
    Path folder = root.resolve(name);
    OptionalLong newest = newest(folder);
    return newest.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Versioned(newest.getAsLong(), Files.readString(file(folder, newest.getAsLong()))));
  }

  @Override
  public Optional<Versioned> write(String name, long expected, String content) throws IOException {
    Path folder = root.resolve(name);
    DurableFolders.create(folder);
    if (newest(folder).orElse(Versioned.ABSENT) != expected) {
      return Optional.empty();
    }
    Path aside = folder.resolve("." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.createLink(file(folder, expected + 1), aside);
      DurableFolders.force(folder);
      return Optional.of(new Versioned(expected + 1, content));
    } catch (FileAlreadyExistsException e) {
      return Optional.empty();
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          "the staging folder "
              + root
              + " is on a file system without hard links, which the ledger needs; choose another"
              + " with --staging",
          e);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  @Override
  public List<String> list(String folder) throws IOException {
    Path start = root.resolve(folder);
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> records = Files.list(start)) {
      return records
          .filter(record -> Files.exists(file(record, 1)))
          .map(record -> folder + "/" + record.getFileName())
          .sorted()
          .toList();
    }
  }

  private static OptionalLong newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .mapToLong(file -> Long.parseLong(file.substring(0, file.length() - SUFFIX.length())))
          .max();
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }

  private static Path file(Path folder, long version) {
    return folder.resolve(version + SUFFIX);
  }
}
