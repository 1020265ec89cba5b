package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.SmallChunks;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import io.beambatch.provider.openai.OpenAiProvider;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A run of many chunks in virtual time: the coordinator and the ledger are the real ones, provider
 * and store answer from memory, and their calls are counted. It shows what grows faster than the
 * run does. {@code -Dbeambatch.chunks=20000} prints the numbers that {@code docs/scale.md} has.
 */
class LargeRunTest {
  private static final int CHUNKS = Integer.getInteger("beambatch.chunks", 400);
  private static final Instant START = Instant.parse("2026-11-02T08:00:00Z");
  private static final Duration ANSWERED_WITHIN = Duration.ofHours(2);
  private static final Duration CALL = Duration.ofMillis(100);
  private static final int CREATIONS_AN_HOUR = 2_000;

  private final ExecutorService threads = Executors.newSingleThreadExecutor();
  private final Timeline time = new Timeline(START, Duration.ofDays(60), threads);
  private final Map<String, Integer> calls = new TreeMap<>();

  @Test
  void eachChunkCostsAFewCallsHoweverManyThereAre() throws Throwable {
    List<Chunk> chunks = SmallChunks.of(CHUNKS, 1_000);
    List<AwaitedChunk> done = new ArrayList<>();
    CoordinatorSettings settings =
        TestSettings.of(new RunIdentity("job", "r1", "uid", START.toEpochMilli()));
    CoordinatorContext context =
        new CoordinatorContext(
            settings, new CountedProvider(), new BatchLedger(new CountedStore()), time);
    Contents contents = chunk -> InputStream.nullInputStream();
    long started = System.nanoTime();
    time.begin(
        Duration.ZERO,
        () -> {
          try (CoordinatorSession session = new CoordinatorSession(context, contents)) {
            ChunkUploader uploader = new ChunkUploader(context, contents);
            for (Chunk chunk : chunks) {
              uploader.upload(chunk);
            }
            session.await(chunks, time::pass, done::add);
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    time.run();
    threads.shutdownNow();
    report(System.nanoTime() - started);

    assertThat(done.stream().map(AwaitedChunk::chunk)).containsExactlyInAnyOrderElementsOf(chunks);
    assertThat(done).allMatch(awaited -> awaited.status() == BatchStatus.COMPLETED);
    assertThat(calls.get("provider create")).isEqualTo(CHUNKS);
    // Whole pages of the list say how many batches stand, so a look costs little of a call a chunk.
    long looks = Duration.between(START, time.instant()).toMinutes() + 1;
    assertThat((long) calls.get("provider list"))
        .isLessThanOrEqualTo(CHUNKS + 2 * looks * (CHUNKS / 100 + 2));
    assertThat(calls.getOrDefault("provider get", 0)).isLessThanOrEqualTo(2 * CHUNKS);
    assertThat(calls.get("ledger write")).isLessThanOrEqualTo(8 * CHUNKS);
  }

  private void report(long nanos) {
    System.out.printf(
        Locale.ROOT,
        "%,d chunks: %s of virtual time, %.1f s of real time; %s%n",
        CHUNKS,
        Duration.between(START, time.instant()),
        nanos / 1e9,
        calls);
  }

  private void count(String call) {
    calls.merge(call, 1, Integer::sum);
    time.pass(CALL);
  }

  private final class CountedProvider implements BatchProvider {
    private final List<Batch> created = new ArrayList<>();

    @Override
    public Capabilities capabilities() {
      return OpenAiProvider.CAPABILITIES;
    }

    @Override
    public InputFile upload(Upload upload) {
      count("provider upload");
      return new InputFile("file-" + upload.name(), upload.name(), time.instant());
    }

    @Override
    public Batch create(Submission submission) throws ProviderException {
      Instant hourAgo = time.instant().minus(Duration.ofHours(1));
      int oldest = created.size() - CREATIONS_AN_HOUR;
      if (oldest >= 0 && created.get(oldest).createdAt().isAfter(hourAgo)) {
        count("provider create refused");
        throw new ProviderException(
            Kind.UNAVAILABLE,
            new ReplyHead(
                429,
                "rate_limit_exceeded",
                "req",
                Duration.between(hourAgo, created.get(oldest).createdAt())),
            "too many creations");
      }
      count("provider create");
      created.add(
          new Batch(
              "batch-" + created.size(),
              BatchStatus.IN_PROGRESS,
              submission.endpoint(),
              submission.inputFile(),
              null,
              null,
              time.instant(),
              submission.count(),
              0,
              0,
              List.of(),
              submission.labels()));
      return shown(created.size() - 1);
    }

    @Override
    public BatchPage list(String after, int limit) {
      count("provider list");
      int last = after == null ? created.size() - 1 : number(after) - 1;
      List<Batch> page = new ArrayList<>();
      for (int i = last; i >= 0 && page.size() < limit; i--) {
        page.add(shown(i));
      }
      return new BatchPage(page, last - page.size() >= 0);
    }

    @Override
    public Batch get(String batchId) {
      count("provider get");
      return shown(number(batchId));
    }

    private Batch shown(int number) {
      Batch batch = created.get(number);
      if (time.instant().isBefore(batch.createdAt().plus(ANSWERED_WITHIN))) {
        return batch;
      }
      return new Batch(
          batch.id(),
          BatchStatus.COMPLETED,
          batch.endpoint(),
          batch.inputFileId(),
          "out-" + batch.id(),
          null,
          batch.createdAt(),
          batch.total(),
          batch.total(),
          0,
          List.of(),
          batch.metadata());
    }

    private static int number(String batchId) {
      return Integer.parseInt(batchId.substring("batch-".length()));
    }

    @Override
    public Batch cancel(String batchId) {
      throw new AssertionError("nothing is cancelled");
    }

    @Override
    public InputStream download(String fileId) {
      throw new AssertionError("results are not the coordinator's");
    }

    @Override
    public void close() {}
  }

  private final class CountedStore implements LedgerStore {
    private final Map<String, Versioned> records = new HashMap<>();

    @Override
    public Optional<Versioned> read(String name) {
      count("ledger read");
      return Optional.ofNullable(records.get(name));
    }

    @Override
    public Optional<Versioned> write(String name, long expected, String content) {
      count("ledger write");
      Versioned old = records.get(name);
      long version = old == null ? Versioned.ABSENT : old.version();
      if (version != expected) {
        return Optional.empty();
      }
      Versioned next = new Versioned(version + 1, content);
      records.put(name, next);
      return Optional.of(next);
    }

    @Override
    public List<String> list(String folder) {
      count("ledger list");
      return records.keySet().stream()
          .filter(name -> name.startsWith(folder + "/"))
          .sorted()
          .toList();
    }

    @Override
    public SortedMap<String, Versioned> readAll(String folder, Predicate<String> wanted) {
      SortedMap<String, Versioned> read = new TreeMap<>();
      list(folder).stream().filter(wanted).forEach(name -> read.put(name, records.get(name)));
      return read;
    }
  }
}
