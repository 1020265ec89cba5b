package io.beambatch.result;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import io.beambatch.provider.openai.OpenAiProvider;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A provider that has nothing but result files: those of a directory, named by their ids. */
final class StoredFiles implements BatchProvider {
  private final Path directory;
  private final AtomicInteger downloads = new AtomicInteger();
  private final AtomicInteger breaks = new AtomicInteger();
  private final AtomicLong mostBytes = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicReference<Runnable> before = new AtomicReference<>(() -> {});

  StoredFiles(Path directory) {
    this.directory = directory;
  }

  /** Lets the next downloads break off half way. */
  StoredFiles breakingOff(int times) {
    breaks.set(times);
    return this;
  }

  /** Does something before the next download, as another launch may do it. */
  StoredFiles beforeDownload(Runnable action) {
    before.set(action);
    return this;
  }

  boolean isClosed() {
    return closed.get();
  }

  int downloads() {
    return downloads.get();
  }

  /** The most bytes that the last download was to have. */
  long mostBytes() {
    return mostBytes.get();
  }

  @Override
  public InputStream download(String fileId, long most) throws ProviderException {
    mostBytes.set(most);
    return BatchProvider.super.download(fileId, most);
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    downloads.incrementAndGet();
    before.getAndSet(() -> {}).run();
    Path file = directory.resolve(fileId);
    try {
      InputStream whole = Files.newInputStream(file);
      return breaks.getAndUpdate(left -> Math.max(0, left - 1)) > 0
          ? new BrokenOff(whole, Files.size(file) / 2)
          : whole;
    } catch (IOException missing) {
      throw missing(fileId, missing);
    }
  }

  private static ProviderException missing(String fileId, IOException cause) {
    return new ProviderException(
        ProviderException.Kind.NOT_FOUND,
        new ReplyHead(404, null, "req_1", null),
        "No such file " + fileId,
        cause);
  }

  @Override
  public InputFile upload(Upload upload) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Capabilities capabilities() {
    return OpenAiProvider.CAPABILITIES;
  }

  @Override
  public Batch create(Submission submission) {
    throw new UnsupportedOperationException();
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Batch get(String batchId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Batch cancel(String batchId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    try {
      Files.delete(directory.resolve(fileId));
    } catch (IOException missing) {
      throw missing(fileId, missing);
    }
  }

  @Override
  public void close() {
    closed.set(true);
  }

  private static final class BrokenOff extends FilterInputStream {
    private long left;

    BrokenOff(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (left == 0) {
        throw new IOException("Connection reset");
      }
      int read = super.read(buffer, offset, (int) Math.min(left, length));
      left -= read;
      return read;
    }
  }
}
