package io.beambatch.e2e;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.Submission;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A provider whose calls break, before and after they did their work, where faults are armed. */
final class FaultyProvider implements BatchProvider {
  private static final Pattern LOST = Pattern.compile("(?m)^.*\"custom_id\":\"[^-\"]{16}-3\".*\n");

  private final BatchProvider real;

  FaultyProvider(BatchProvider real) {
    this.real = real;
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    Faults.strike("before upload");
    InputFile file = real.upload(upload);
    Faults.strike("after upload");
    return file;
  }

  @Override
  public Capabilities capabilities() {
    return real.capabilities();
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    Faults.strike("before create");
    Batch batch = real.create(submission);
    Faults.strike("after create");
    return batch;
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    Faults.strike("list");
    return real.list(after, limit);
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return real.get(batchId);
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    return real.cancel(batchId);
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    Faults.strike("download");
    return Faults.loses() ? lossy(real.download(fileId)) : real.download(fileId);
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    return real.listFiles(after, limit);
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    real.deleteFile(fileId);
  }

  @Override
  public void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    real.discard(inputFileId, batchId);
  }

  @Override
  public void close() {
    real.close();
  }

  /** Without one line of each full part of a first attempt: part names are longer later on. */
  private static InputStream lossy(InputStream stream) {
    try (stream) {
      String lines = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      String kept = LOST.matcher(lines).replaceAll("");
      return new ByteArrayInputStream(kept.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
