package io.beambatch.ledger;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.StorageException;
import io.beambatch.storage.GcsErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;
import org.jspecify.annotations.Nullable;

/**
 * Record files in Google Cloud Storage. An object is created on the condition that none of its name
 * exists (generation 0); Cloud Storage lets only one writer do so.
 *
 * <p>When a reply is lost, the client repeats the call, and Cloud Storage refuses it because the
 * object exists. Each object therefore carries a random id of its writer and never changes: a
 * writer that is refused can always find out whether the object is its own, even after others have
 * written later versions. (One object for each record, overwritten, could not show that; and Cloud
 * Storage limits writes to the same object to one a second.)
 *
 * <p>Short contents are also stored in the object's metadata, which a list call returns for a
 * thousand objects. The state of a thousand chunks then takes about ten calls instead of thousands.
 */
final class GcsRecordFiles implements RecordFiles {
  private static final String WRITER = "writer";
  private static final String CONTENT = "content";

  /** Cloud Storage allows 8 KiB of metadata for an object, names included. */
  private static final int LONGEST_IN_METADATA = 7_000;

  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int PAGE = 1000;
  private static final int PARALLEL_READS = 16;

  private final Storage client;
  private final String root;
  private final String bucket;
  private final String prefix;
  private final int page;

  /**
   * Stores files below a folder.
   *
   * @param root {@code gs://bucket} or {@code gs://bucket/folder}
   */
  GcsRecordFiles(Storage client, String root) {
    this(client, root, PAGE);
  }

  /**
   * Stores files below a folder.
   *
   * @param page how many objects a list call returns
   */
  GcsRecordFiles(Storage client, String root, int page) {
    GcsPath path = GcsPath.fromUri(root);
    this.client = client;
    this.root = root;
    this.bucket = path.getBucket();
    this.prefix = path.getObject().isEmpty() ? "" : path.getObject() + "/";
    this.page = page;
  }

  @Override
  public Optional<String> read(String path) throws IOException {
    try {
      return Optional.of(new String(client.readAllBytes(object(path)), StandardCharsets.UTF_8));
    } catch (StorageException e) {
      // A missing bucket gives the same error as a missing object; a list call tells them apart.
      if (e.getCode() == NOT_FOUND && list(path).isEmpty()) {
        return Optional.empty();
      }
      throw GcsErrors.explain(root + "/" + path, e);
    }
  }

  @Override
  public Map<String, String> readAll(Collection<String> paths) throws IOException {
    if (paths.size() < 2) {
      return RecordFiles.super.readAll(paths);
    }
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(PARALLEL_READS, paths.size()));
    try {
      Map<String, Future<Optional<String>>> reads = new LinkedHashMap<>();
      for (String path : paths) {
        reads.put(path, threads.submit(() -> read(path)));
      }
      Map<String, String> contents = new TreeMap<>();
      for (Map.Entry<String, Future<Optional<String>>> read : reads.entrySet()) {
        read.getValue().get().ifPresent(content -> contents.put(read.getKey(), content));
      }
      return contents;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading " + root, e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  @Override
  public boolean create(String path, String content) throws IOException {
    BlobId object = object(path);
    String writer = UUID.randomUUID().toString();
    Map<String, String> metadata = new HashMap<>(Map.of(WRITER, writer));
    if (fitsMetadata(content)) {
      metadata.put(CONTENT, content);
    }
    BlobInfo described =
        BlobInfo.newBuilder(object)
            .setContentType("application/json")
            .setMetadata(metadata)
            .build();
    try {
      client.create(
          described, content.getBytes(StandardCharsets.UTF_8), BlobTargetOption.doesNotExist());
      return true;
    } catch (StorageException e) {
      if (e.getCode() != PRECONDITION_FAILED) {
        throw GcsErrors.explain(root + "/" + path, e);
      }
    }
    return isOurs(object, writer);
  }

  /** Metadata travels in headers: characters other than these may not survive. */
  private static boolean fitsMetadata(String content) {
    return !content.isEmpty()
        && content.length() <= LONGEST_IN_METADATA
        && content.chars().allMatch(c -> c >= ' ' && c <= '~')
        && content.equals(content.strip());
  }

  /**
   * Returns whether the object that exists is this writer's own, written by a call whose reply was
   * lost.
   */
  private boolean isOurs(BlobId object, String writer) throws IOException {
    Blob there;
    try {
      there = client.get(object, BlobGetOption.fields(BlobField.METADATA));
    } catch (StorageException e) {
      throw GcsErrors.explain("gs://" + bucket + "/" + object.getName(), e);
    }
    return there != null
        && there.getMetadata() != null
        && writer.equals(there.getMetadata().get(WRITER));
  }

  @Override
  public List<Found> list(String folder) throws IOException {
    List<Found> found = new ArrayList<>();
    try {
      client
          .list(
              bucket,
              BlobListOption.prefix(prefix + folder + "/"),
              BlobListOption.fields(BlobField.NAME, BlobField.METADATA),
              BlobListOption.pageSize(page))
          .iterateAll()
          .forEach(
              object ->
                  found.add(
                      new Found(object.getName().substring(prefix.length()), content(object))));
    } catch (StorageException e) {
      throw GcsErrors.explain(root + "/" + folder, e);
    }
    return found;
  }

  private static @Nullable String content(Blob object) {
    return object.getMetadata() == null ? null : object.getMetadata().get(CONTENT);
  }

  private BlobId object(String path) {
    return BlobId.of(bucket, prefix + path);
  }
}
