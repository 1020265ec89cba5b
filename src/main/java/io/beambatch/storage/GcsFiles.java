package io.beambatch.storage;

import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
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
import org.apache.beam.sdk.extensions.gcp.util.GcsUtil;
import org.apache.beam.sdk.extensions.gcp.util.gcsfs.GcsPath;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;

/**
 * Files in Google Cloud Storage, accessed through Beam's file system and with its options, but by
 * name where Beam expects patterns.
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
    try {
      return util().getObject(GcsPath.fromUri(path)).getSize().longValueExact();
    } catch (FileNotFoundException e) {
      throw noSuchFile(path, e);
    } catch (IOException e) {
      throw GcsErrors.explain(path, e);
    }
  }

  @Override
  public void delete(List<String> paths) throws IOException {
    if (paths.isEmpty()) {
      return;
    }
    try {
      util().remove(paths);
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
        objects ->
            objects.stream()
                .map(object -> object.getName().substring(prefix.length()))
                .filter(name -> !name.isEmpty() && !name.contains("/"))
                .forEach(names::add));
    return names;
  }

  @Override
  public void walk(String folder, Visitor visitor) throws IOException {
    String prefix = GcsPath.fromUri(folder + "/").getObject();
    forEachPage(
        folder,
        objects -> {
          for (StorageObject object : objects) {
            // Consoles mark empty folders by objects whose names end with a slash.
            if (!object.getName().endsWith("/")) {
              visitor.visit(
                  object.getName().substring(prefix.length()), object.getSize().longValueExact());
            }
          }
        });
  }

  @Override
  public void deleteFolder(String folder) throws IOException {
    forEachPage(
        folder,
        objects ->
            delete(objects.stream().map(object -> GcsPath.fromObject(object).toString()).toList()));
  }

  private static void forEachPage(String folder, Page page) throws IOException {
    GcsPath path = GcsPath.fromUri(folder + "/");
    String next = null;
    do {
      Objects found;
      try {
        found = util().listObjects(path.getBucket(), path.getObject(), next);
      } catch (IOException e) {
        throw GcsErrors.explain(folder, e);
      }
      page.take(found.getItems() == null ? List.of() : found.getItems());
      next = found.getNextPageToken();
    } while (next != null);
  }

  @FunctionalInterface
  private interface Page {
    void take(List<StorageObject> objects) throws IOException;
  }

  private static FileNotFoundException noSuchFile(String path, FileNotFoundException e) {
    FileNotFoundException told =
        new FileNotFoundException(path + ": there is no such file; check bucket, folder and name");
    told.initCause(e);
    return told;
  }

  private static ResourceId resource(String path) {
    return FileSystems.matchNewResource(path, /* isDirectory= */ false);
  }

  private static GcsOptions options() {
    return FileSystemOptions.current().as(GcsOptions.class);
  }

  private static GcsUtil util() {
    return options().getGcsUtil();
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
