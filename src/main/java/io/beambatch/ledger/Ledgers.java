package io.beambatch.ledger;

import io.beambatch.storage.GcsClient;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/**
 * Opens the record store of a run. The location decides the implementation: local disk or Cloud
 * Storage.
 */
public final class Ledgers {
  private static final Pattern GCS = Pattern.compile("gs://[^/]+(/.*)?");
  private static final Pattern OTHER = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

  /** Of file systems that are on the class path as services. */
  private static final List<RecordFiles.Factory> FURTHER =
      ServiceLoader.load(RecordFiles.Factory.class, Ledgers.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private Ledgers() {}

  /** Opens the records of a run. */
  public static LedgerStore open(RunFolder folder) {
    return open(folder.path());
  }

  /**
   * Opens the records in a folder, local or {@code gs://}.
   *
   * @throws IllegalArgumentException if records can't be kept at such a location
   * @throws UncheckedIOException if there are no credentials for it
   */
  public static LedgerStore open(String folder) {
    return new VersionedStore(files(folder));
  }

  /** Opens the records of a run that are written once, in files whose names end with a suffix. */
  static LedgerStore openOnce(RunFolder folder, String suffix) {
    return new OnceStore(files(folder.path()), suffix);
  }

  private static RecordFiles files(String folder) {
    if (GCS.matcher(folder).matches()) {
      try {
        return new GcsRecordFiles(GcsClient.connect(folder), folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    for (RecordFiles.Factory further : FURTHER) {
      Optional<RecordFiles> files = further.open(folder);
      if (files.isPresent()) {
        return files.get();
      }
    }
    if (OTHER.matcher(folder).matches()) {
      throw new IllegalArgumentException(
          "--staging "
              + folder
              + ": runs are kept in local folders or in Google Cloud Storage (gs://bucket/folder)");
    }
    return new DiskRecordFiles(Path.of(folder));
  }
}
