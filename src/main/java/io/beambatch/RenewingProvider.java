package io.beambatch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider whose key is kept in a secret. If the key is refused, the secret is read again, and if
 * it has another key by then, the call is repeated with that one. Nothing is done twice: a provider
 * that refuses the key has done nothing.
 */
final class RenewingProvider implements BatchProvider {
  private static final Logger LOG = LoggerFactory.getLogger(RenewingProvider.class);

  private final Secrets secrets;
  private final String version;
  private final Function<String, BatchProvider> connect;
  private final List<BatchProvider> opened = new ArrayList<>();
  private Opened current;

  /**
   * Connects.
   *
   * @param version of the secret
   * @param connect connects with a key
   * @throws IOException if the secret can't be read
   */
  RenewingProvider(Secrets secrets, String version, Function<String, BatchProvider> connect)
      throws IOException {
    this.secrets = secrets;
    this.version = version;
    this.connect = connect;
    this.current = connected(secrets.read(version));
  }

  private record Opened(String key, BatchProvider provider) {}

  @FunctionalInterface
  private interface Call<T> {
    T on(BatchProvider provider) throws ProviderException;
  }

  @Override
  public Capabilities capabilities() {
    return current().provider().capabilities();
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    return call(provider -> provider.upload(upload));
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    return call(provider -> provider.create(submission));
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    return call(provider -> provider.list(after, limit));
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return call(provider -> provider.get(batchId));
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    return call(provider -> provider.cancel(batchId));
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    return call(provider -> provider.download(fileId));
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    return call(provider -> provider.listFiles(after, limit));
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    call(
        provider -> {
          provider.deleteFile(fileId);
          return fileId;
        });
  }

  @Override
  public void discard(@Nullable String inputFileId, @Nullable String batchId)
      throws ProviderException {
    call(
        provider -> {
          provider.discard(inputFileId, batchId);
          return version;
        });
  }

  private <T> T call(Call<T> call) throws ProviderException {
    Opened used = current();
    try {
      return call.on(used.provider());
    } catch (ProviderException e) {
      if (e.kind() != Kind.UNAUTHORIZED || !isRenewed(used)) {
        throw e;
      }
      return call.on(current().provider());
    }
  }

  private synchronized Opened current() {
    return current;
  }

  /** Returns whether the secret has a newer key than the one that a call used. */
  private synchronized boolean isRenewed(Opened used) {
    if (current.key().equals(used.key())) {
      try {
        String key = secrets.readAgain(version);
        if (!key.equals(used.key())) {
          LOG.info(
              "the key is refused, and secret {} holds another one, which is used from now on",
              version);
          current = connected(key);
        }
      } catch (IOException e) {
        LOG.warn("the key is refused, and can't be read again: {}", e.getMessage());
      }
    }
    return !current.key().equals(used.key());
  }

  private Opened connected(String key) {
    BatchProvider provider = connect.apply(key);
    opened.add(provider);
    return new Opened(key, provider);
  }

  /** Closes all connections: calls of other threads may still use an earlier one. */
  @Override
  public synchronized void close() {
    opened.forEach(BatchProvider::close);
  }
}
