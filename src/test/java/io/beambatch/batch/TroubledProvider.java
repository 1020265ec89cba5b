package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.Submission;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One launch's connection to the simulated server. */
class TroubledProvider implements BatchProvider {
  private final Supplier<SimulatedServer> server;
  private final Timeline time;
  private final Trouble trouble;
  private final Duration carriedOutWithin;
  private final Duration fileLag;

  /** When the list was last read. */
  Instant looked = Instant.MIN;

  /**
   * @param carriedOutWithin how long after its caller was gone a creation may be carried out
   * @param fileLag how long an upload may not be found
   */
  TroubledProvider(
      Supplier<SimulatedServer> server,
      Timeline time,
      Trouble trouble,
      Duration carriedOutWithin,
      Duration fileLag) {
    this.server = server;
    this.time = time;
    this.trouble = trouble;
    this.carriedOutWithin = carriedOutWithin;
    this.fileLag = fileLag;
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws ProviderException;
  }

  private <T> T call(Call<T> call) throws ProviderException {
    trouble.live(1);
    trouble.refuse();
    T result = call.run();
    trouble.live(1);
    if (trouble.losesReply()) {
      throw trouble.lost();
    }
    return result;
  }

  @Override
  public InputFile upload(Upload upload) throws ProviderException {
    // As the real one does, it repeats itself after a lost reply.
    for (int i = 0; ; i++) {
      try {
        return call(
            () ->
                server
                    .get()
                    .upload(
                        upload.name(),
                        trouble.random(fileLag),
                        trouble.random(fileLag.dividedBy(2))));
      } catch (ProviderException e) {
        if (i == 5 || e.kind() == ProviderException.Kind.UNAUTHORIZED) {
          throw e;
        }
      }
    }
  }

  @Override
  public Capabilities capabilities() {
    return server.get().capabilities;
  }

  @Override
  public Batch create(Submission submission) throws ProviderException {
    trouble.live(5);
    trouble.refuse();
    if (trouble.diesOnTheWay()) {
      try {
        server.get().create(submission, trouble.random(carriedOutWithin));
      } catch (ProviderException nobodyIsTold) {
        throw new Crash();
      }
      throw new Crash();
    }
    if (trouble.losesReply()) {
      server.get().create(submission, trouble.random(carriedOutWithin));
      throw trouble.lost();
    }
    SimulatedBatch batch = server.get().create(submission, Duration.ZERO);
    trouble.live(5);
    return server.get().shown(batch);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    return call(
        () -> {
          looked = time.instant();
          return server.get().list(after, limit);
        });
  }

  @Override
  public Batch get(String batchId) throws ProviderException {
    return call(() -> server.get().get(batchId));
  }

  @Override
  public Batch cancel(String batchId) throws ProviderException {
    return call(() -> server.get().cancel(batchId));
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    return call(() -> server.get().results(fileId));
  }

  @Override
  public FilePage listFiles(@Nullable String after, int limit) throws ProviderException {
    return call(() -> server.get().listFiles(after, limit));
  }

  @Override
  public void deleteFile(String fileId) throws ProviderException {
    call(
        () -> {
          server.get().deleteFile(fileId);
          return fileId;
        });
  }

  @Override
  public void close() {}
}
