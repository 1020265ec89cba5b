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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;

/**
 * A ledger in Google Cloud Storage, laid out as on disk: a folder for each record, an object for
 * each of its versions ({@code 1.json}, {@code 2.json}, …). An object is created on condition that
 * none of its name is there (generation 0); Cloud Storage lets only one writer do that.
 *
 * <p>A reply can get lost, and the client repeats the call, which is then refused: the object is
 * there. Each is marked with its writer's own random id, and never changes; so whoever is refused
 * can always tell whether the object is their own, even if others have gone on from it since. (One
 * object for each record, overwritten, could not tell; and Cloud Storage takes only one write a
 * second of the same object.)
 */
final class GcsLedgerStore implements LedgerStore {
  private static final String SUFFIX = ".json";
  private static final String WRITER = "writer";
  private static final int PRECONDITION_FAILED = 412;
  private static final int PAGE = 1000;

  private final Storage client;
  private final String root;
  private final String bucket;
  private final String prefix;
  private final int page;

  /**
   * A ledger below a folder.
   *
   * @param root {@code gs://bucket} or {@code gs://bucket/folder}
   */
  GcsLedgerStore(Storage client, String root) {
    this(client, root, PAGE);
  }

  /**
   * A ledger below a folder.
   *
   * @param page how many objects a list call returns
   */
  GcsLedgerStore(Storage client, String root, int page) {
    GcsPath path = GcsPath.fromUri(root);
    this.client = client;
    this.root = root;
    this.bucket = path.getBucket();
    this.prefix = path.getObject().isEmpty() ? "" : path.getObject() + "/";
    this.page = page;
  }

  @Override
  public Optional<Versioned> read(String name) throws IOException {
    try {
      OptionalLong newest =
          objects(name).stream().mapToLong(GcsLedgerStore::version).filter(v -> v > 0).max();
      return newest.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Versioned(
                  newest.getAsLong(),
                  new String(
                      client.readAllBytes(object(name, newest.getAsLong())),
                      StandardCharsets.UTF_8)));
    } catch (StorageException e) {
      throw GcsErrors.explain(root + "/" + name, e);
    }
  }

  @Override
  public Optional<Versioned> write(String name, long expected, String content) throws IOException {
    BlobId object = object(name, expected + 1);
    String writer = UUID.randomUUID().toString();
    BlobInfo described =
        BlobInfo.newBuilder(object)
            .setContentType("application/json")
            .setMetadata(Map.of(WRITER, writer))
            .build();
    try {
      client.create(
          described, content.getBytes(StandardCharsets.UTF_8), BlobTargetOption.doesNotExist());
      return Optional.of(new Versioned(expected + 1, content));
    } catch (StorageException e) {
      if (e.getCode() != PRECONDITION_FAILED) {
        throw GcsErrors.explain(root + "/" + name, e);
      }
    }
    return isOurs(object, writer)
        ? Optional.of(new Versioned(expected + 1, content))
        : Optional.empty();
  }

  /** Whether an object that stood in our way is our own: its first reply got lost. */
  private boolean isOurs(BlobId object, String writer) throws IOException {
    Blob there;
    try {
      there = client.get(object, BlobGetOption.fields(BlobField.METADATA));
    } catch (StorageException e) {
      throw GcsErrors.explain(root + "/" + object.getName(), e);
    }
    return there != null
        && there.getMetadata() != null
        && writer.equals(there.getMetadata().get(WRITER));
  }

  @Override
  public List<String> list(String folder) throws IOException {
    TreeSet<String> records = new TreeSet<>();
    try {
      for (String object : objects(folder)) {
        int end = object.indexOf('/');
        if (end > 0) {
          records.add(folder + "/" + object.substring(0, end));
        }
      }
    } catch (StorageException e) {
      throw GcsErrors.explain(root + "/" + folder, e);
    }
    return List.copyOf(records);
  }

  /** The names of all objects below a folder, as they go on from it. */
  private List<String> objects(String folder) {
    String start = prefix + folder + "/";
    return client
        .list(
            bucket,
            BlobListOption.prefix(start),
            BlobListOption.fields(BlobField.NAME),
            BlobListOption.pageSize(page))
        .streamAll()
        .map(object -> object.getName().substring(start.length()))
        .toList();
  }

  /** The version that an object holds, or 0 if it is none of ours. */
  private static long version(String object) {
    return object.matches("[1-9][0-9]{0,17}\\.json")
        ? Long.parseLong(object.substring(0, object.length() - SUFFIX.length()))
        : 0;
  }

  private BlobId object(String name, long version) {
    return BlobId.of(bucket, prefix + name + "/" + version + SUFFIX);
  }
}
