package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/** A provider that has nothing but a list of batches and their results. */
class ListedBatches extends TroubledProvider {
  static final Instant NOW = CoordinatorFixture.START;
  static final RunIdentity RUN = new RunIdentity("job", "r1", "uid", NOW.toEpochMilli());

  private static final String BREAKS_OFF = "{";

  /** After which batches the list was asked for. */
  final List<@Nullable String> asked = new ArrayList<>();

  /** Which result files were read. */
  final List<String> read = new ArrayList<>();

  @Nullable ProviderException failure;
  @Nullable ProviderException failureOfLaterPage;

  private final List<BatchPage> pages = new ArrayList<>();
  private final Map<String, String> results = new HashMap<>();
  private final OrphanSearch search;

  ListedBatches(OrphanSearch search) {
    this(search, new Timeline(NOW, Duration.ofDays(1), ForkJoinPool.commonPool()));
  }

  private ListedBatches(OrphanSearch search, Timeline time) {
    super(
        () -> {
          throw new UnsupportedOperationException();
        },
        time,
        new Trouble(time),
        Duration.ZERO,
        Duration.ZERO);
    this.search = search;
  }

  /** Adds a page. */
  ListedBatches add(Batch... batches) {
    pages.add(new BatchPage(List.of(batches), true));
    return this;
  }

  ListedBatches result(String file, String... lines) {
    results.put(file, String.join("\n", lines) + "\n");
    return this;
  }

  /** Lets the download of a file break off before its first line has ended. */
  ListedBatches breakingOff(String file) {
    results.put(file, BREAKS_OFF);
    return this;
  }

  void clear() {
    pages.clear();
  }

  /** The whole list. */
  BatchListing listing() throws ProviderException {
    asked.clear();
    return BatchListing.read(this, Set.of(), Instant.MIN, BatchListing.Depth.TO_HORIZON);
  }

  @Override
  public Capabilities capabilities() {
    return SimulatedWorld.capabilities(search);
  }

  @Override
  public BatchPage list(@Nullable String after, int limit) throws ProviderException {
    ProviderException wrong = after == null ? failure : failureOfLaterPage;
    if (wrong != null) {
      throw wrong;
    }
    asked.add(after);
    BatchPage page = pages.get(asked.size() - 1);
    return new BatchPage(page.batches(), asked.size() < pages.size());
  }

  @Override
  public InputStream download(String fileId) throws ProviderException {
    read.add(fileId);
    String lines = results.get(fileId);
    if (lines == null) {
      throw CoordinatorFixture.failure(Kind.NOT_FOUND, 404, null);
    }
    InputStream content = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
    return lines.equals(BREAKS_OFF) ? new SequenceInputStream(content, broken()) : content;
  }

  private static InputStream broken() {
    InputStream closed = InputStream.nullInputStream();
    try {
      closed.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return closed;
  }

  /** A batch that runs, of whoever it may be, and is so many minutes old. */
  static Batch batch(String id, int minutes) {
    return batch(id, BatchStatus.IN_PROGRESS, minutes, "f", Map.of());
  }

  static Batch ended(String id, int minutes) {
    return batch(id, BatchStatus.COMPLETED, minutes, "f", Map.of());
  }

  /** A batch with the key of chunk {@code a1-c0}. */
  static Batch keyed(String id, BatchStatus status, int minutes, String file) {
    return batch(id, status, minutes, file, Map.of(Batch.KEY, RUN.key("a1-c0")));
  }

  private static Batch batch(
      String id, BatchStatus status, int minutes, String file, Map<String, String> labels) {
    return new Batch(
        id,
        status,
        SimulatedServer.ENDPOINT,
        file,
        null,
        null,
        NOW.minus(Duration.ofMinutes(minutes)),
        1,
        0,
        0,
        List.of(),
        labels);
  }
}
