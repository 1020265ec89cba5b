package io.beambatch.storage;

import com.google.api.gax.paging.Page;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.extensions.gcp.options.GcsOptions;
import org.apache.beam.sdk.extensions.gcp.storage.GcsCreateOptions;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;
import org.jspecify.annotations.Nullable;

/**
 * Files in Google Cloud Storage. Beam's file system reads, writes, moves and deletes them; the
 * Cloud Storage client lists them and finds them by name, where Beam expects patterns.
 */
final class GcsFiles implements FileStore {
  static final String SCHEME = "gs://";
  static final GcsFiles INSTANCE = new GcsFiles();

  /**
   * Beam's default is 64 MB for each open file, too much if each thread has a few open. An upload
   * holds one buffer of this size in memory.
   */
  private static final int UPLOAD_BUFFER = 8 << 20;

  private GcsFiles() {}

  @Override
  public InputStream open(String path, long offset) throws IOException {
    ReadableByteChannel channel;
    try {
      channel = FileSystems.open(resource(path));
    } catch (FileNotFoundException e) {
      throw noSuchFile(path, e);
    } catch (IOException e) {
      throw GcsErrors.explain(path, e);
    }
    try {
      if (offset > 0) {
        // Every channel of this file system is seekable.
        ((SeekableByteChannel) channel).position(offset);
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return Channels.newInputStream(channel);
  }

  /** Nothing in a bucket is a link. */
  @Override
  public void requireWithin(String folder, String path) {}

  @Override
  public OutputStream create(String path, Access access) throws IOException {
    Integer asked = options().getGcsUploadBufferSizeBytes();
    GcsCreateOptions create =
        GcsCreateOptions.builder()
            .setMimeType(MimeTypes.BINARY)
            .setExpectFileToNotExist(true)
            .setGcsUploadBufferSizeBytes(asked == null ? UPLOAD_BUFFER : asked)
            .build();
    try {
      return new Explaining(
          Channels.newOutputStream(FileSystems.create(resource(path), create)), path);
    } catch (IOException e) {
      throw GcsErrors.explain(path, e);
    }
  }

  /** There are no folders, only names with slashes. */
  @Override
  public void createFolder(String folder) {}

  @Override
  public void move(String from, String to) throws IOException {
    try {
      FileSystems.rename(List.of(resource(from)), List.of(resource(to)));
    } catch (IOException e) {
      throw GcsErrors.explain(to, e);
    }
  }

  @Override
  public long size(String path) throws IOException {
    GcsPath object = GcsPath.fromUri(path);
    Blob found;
    try {
      found =
          GcsClient.connect(path)
              .get(
                  BlobId.of(object.getBucket(), object.getObject()),
                  BlobGetOption.fields(BlobField.SIZE));
    } catch (StorageException e) {
      throw GcsErrors.explain(path, e);
    }
    if (found == null) {
      throw noSuchFile(path, null);
    }
    return found.getSize();
  }

  @Override
  public void delete(List<String> paths) throws IOException {
    if (paths.isEmpty()) {
      return;
    }
    try {
      FileSystems.delete(paths.stream().map(GcsFiles::resource).toList());
    } catch (IOException e) {
      throw GcsErrors.explain(paths.get(0), e);
    }
  }

  @Override
  public List<String> list(String folder) throws IOException {
    String prefix = GcsPath.fromUri(folder + "/").getObject();
    List<String> names = new ArrayList<>();
    forEachPage(
        folder,
        objects -> {
          for (Blob object : objects) {
            String name = object.getName().substring(prefix.length());
            if (!name.isEmpty() && !name.contains("/")) {
              names.add(name);
            }
          }
        });
    return names;
  }

  @Override
  public void walk(String folder, Visitor visitor) throws IOException {
    String prefix = GcsPath.fromUri(folder + "/").getObject();
    forEachPage(
        folder,
        objects -> {
          for (Blob object : objects) {
            // Consoles mark empty folders by objects whose names end with a slash.
            if (!object.getName().endsWith("/")) {
              visitor.visit(object.getName().substring(prefix.length()), object.getSize());
            }
          }
        });
  }

  @Override
  public void deleteFolder(String folder) throws IOException {
    forEachPage(
        folder,
        objects -> delete(objects.stream().map(Blob::getBlobId).map(BlobId::toGsUtilUri).toList()));
  }

  private static void forEachPage(String folder, Consumer consumer) throws IOException {
    GcsPath path = GcsPath.fromUri(folder + "/");
    Page<Blob> page;
    try {
      page =
          GcsClient.connect(folder)
              .list(
                  path.getBucket(),
                  BlobListOption.prefix(path.getObject()),
                  BlobListOption.fields(BlobField.NAME, BlobField.SIZE));
    } catch (StorageException e) {
      throw GcsErrors.explain(folder, e);
    }
    while (page != null) {
      consumer.take(page.streamValues().toList());
      try {
        page = page.getNextPage();
      } catch (StorageException e) {
        throw GcsErrors.explain(folder, e);
      }
    }
  }

  @FunctionalInterface
  private interface Consumer {
    void take(List<Blob> objects) throws IOException;
  }

  private static FileNotFoundException noSuchFile(String path, @Nullable Exception cause) {
    FileNotFoundException exception =
        new FileNotFoundException(path + ": there is no such file; check bucket, folder and name");
    exception.initCause(cause);
    return exception;
  }

  private static ResourceId resource(String path) {
    return FileSystems.matchNewResource(path, /* isDirectory= */ false);
  }

  private static GcsOptions options() {
    return FileSystemOptions.current().as(GcsOptions.class);
  }

  /** An upload whose errors are explained; most of them occur when it is closed. */
  private static final class Explaining extends FilterOutputStream {
    private final String path;

    Explaining(OutputStream out, String path) {
      super(out);
      this.path = path;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw GcsErrors.explain(path, e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException e) {
        throw GcsErrors.explain(path, e);
      }
    }
  }
}
