package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Capabilities.Creation;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.Submission;
import io.beambatch.provider.openai.OpenAiProvider;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The provider's side of the batch API, in memory and in virtual time. */
final class SimulatedServer {
  static final String ENDPOINT = "/v1/chat/completions";
  private static final Pattern CHUNK_OF_A_RUN = Pattern.compile("uid[0-9]*/a1-c([0-9]+)");

  private final Timeline time;
  private final Duration skew;
  private final long tokenLimit;
  private final int createsPerHour;
  private final Supplier<SimulatedBatch.Fate> fates;
  private final Map<String, SimulatedBatch> batches = new LinkedHashMap<>();
  private final List<SimulatedBatch> ordered = new ArrayList<>();
  private final Map<String, StoredFile> files = new LinkedHashMap<>();
  private int ids;

  /** What the provider can do. */
  Capabilities capabilities = OpenAiProvider.CAPABILITIES;

  /** What else happens to each batch that is created. */
  Consumer<SimulatedBatch> trouble = batch -> {};

  private record StoredFile(InputFile file, Instant visibleAtCreation, Instant visibleAfterIt) {}

  /**
   * @param skew how far the provider's clock is ahead
   * @param tokenLimit how many tokens may be under way; else validation fails
   * @param fates of batches that are created
   */
  SimulatedServer(
      Timeline time,
      Duration skew,
      long tokenLimit,
      int createsPerHour,
      Supplier<SimulatedBatch.Fate> fates) {
    this.time = time;
    this.skew = skew;
    this.tokenLimit = tokenLimit;
    this.createsPerHour = createsPerHour;
    this.fates = fates;
  }

  /**
   * Takes a file.
   *
   * @param lag after which a creation finds it
   * @param longerLag after which a validation finds it
   */
  InputFile upload(String name, Duration lag, Duration longerLag) {
    Instant now = time.instant();
    InputFile file =
        new InputFile(
            "file-" + ids++, name, Instant.ofEpochSecond(now.plus(skew).getEpochSecond()));
    files.put(file.id(), new StoredFile(file, now.plus(lag), now.plus(longerLag)));
    return file;
  }

  FilePage listFiles(@Nullable String after, int limit) {
    List<InputFile> newestFirst = new ArrayList<>();
    files.values().forEach(file -> newestFirst.add(0, file.file()));
    int from = after == null ? 0 : index(newestFirst, file -> file.id().equals(after)) + 1;
    int to = Math.min(newestFirst.size(), from + limit);
    return new FilePage(List.copyOf(newestFirst.subList(from, to)), to < newestFirst.size());
  }

  void deleteFile(String id) {
    files.remove(id);
  }

  List<InputFile> files() {
    return files.values().stream().map(StoredFile::file).toList();
  }

  /**
   * Creates a batch.
   *
   * @param in after which time; nobody is told
   */
  SimulatedBatch create(String fileId, Map<String, String> metadata, Duration in)
      throws ProviderException {
    return create(fileId, metadata, in, fates.get());
  }

  /** The same, of a file that was uploaded or of the requests themselves. */
  SimulatedBatch create(Submission submission, Duration in) throws ProviderException {
    return capabilities.creation() == Creation.UPLOADED_FILE
        ? create(submission.inputFile(), submission.labels(), in)
        : create(null, submission.labels(), in, fates.get().expiring().of(submission.count()));
  }

  private SimulatedBatch create(
      @Nullable String fileId, Map<String, String> metadata, Duration in, SimulatedBatch.Fate fate)
      throws ProviderException {
    Instant at = time.instant().plus(in);
    StoredFile file = fileId == null ? null : files.get(fileId);
    if (fileId != null && (file == null || at.isBefore(file.visibleAtCreation()))) {
      throw new ProviderException(
          Kind.FILE_NOT_READY, new ReplyHead(400, null, "req", null), "Cannot find file " + fileId);
    }
    List<Instant> lastHour =
        batches.values().stream()
            .filter(batch -> batch.key() != null)
            .map(batch -> batch.created)
            .filter(created -> created.isAfter(at.minus(Duration.ofHours(1))))
            .sorted(Comparator.reverseOrder())
            .toList();
    if (lastHour.size() >= createsPerHour) {
      Duration wait =
          Duration.between(at, lastHour.get(createsPerHour - 1).plus(Duration.ofHours(1)));
      throw new ProviderException(
          Kind.UNAVAILABLE,
          new ReplyHead(429, "rate_limit_exceeded", "req", wait),
          "too many creations");
    }
    SimulatedBatch batch =
        new SimulatedBatch(
            "batch-" + ids++, at, ENDPOINT, String.valueOf(fileId), metadata, fate, skew);
    trouble.accept(batch);
    add(batch);
    judge(batch, file);
    return batch;
  }

  /** A batch that was there before, or is somebody else's. */
  void add(SimulatedBatch batch) {
    batches.put(batch.id, batch);
    int place = 0;
    while (place < ordered.size() && ordered.get(place).created.isAfter(batch.created)) {
      place++;
    }
    ordered.add(place, batch);
  }

  String newId() {
    return "batch-" + ids++;
  }

  /** Decides what validation will say, by what will be under way then, as far as that is known. */
  private void judge(SimulatedBatch batch, @Nullable StoredFile file) {
    Instant then = batch.validated();
    long others =
        batches.values().stream()
            .filter(other -> other != batch && !other.status(then).ended() && !other.isGone(then))
            .mapToLong(SimulatedServer::tokens)
            .sum();
    if (file != null && then.isBefore(file.visibleAfterIt())) {
      batch.fail(
          new BatchError(
              BatchError.Kind.INPUT_NOT_FOUND,
              "invalid_request",
              "Cannot find file " + file.file().id(),
              "f",
              null));
    } else if (others + tokens(batch) > tokenLimit) {
      batch.fail(
          new BatchError(
              BatchError.Kind.NO_ROOM,
              "token_limit_exceeded",
              "Enqueued token limit reached",
              null,
              null));
    }
  }

  private static long tokens(SimulatedBatch batch) {
    return Long.parseLong(batch.metadata.getOrDefault("beambatch_tokens", "0"));
  }

  BatchPage list(@Nullable String after, int limit) {
    Instant now = time.instant();
    List<SimulatedBatch> newestFirst = new ArrayList<>(batches.size());
    for (SimulatedBatch batch : ordered) {
      if (!now.isBefore(batch.listed()) && !batch.isGone(now)) {
        newestFirst.add(batch);
      }
    }
    int from = after == null ? 0 : index(newestFirst, batch -> batch.id.equals(after)) + 1;
    int to = Math.min(newestFirst.size(), from + limit);
    List<Batch> page =
        newestFirst.subList(from, to).stream()
            .map(batch -> batch.shown(now, capabilities.orphans()))
            .toList();
    return new BatchPage(page, to < newestFirst.size());
  }

  private static <T> int index(List<T> all, Predicate<T> wanted) {
    for (int i = 0; i < all.size(); i++) {
      if (wanted.test(all.get(i))) {
        return i;
      }
    }
    return -1;
  }

  Batch get(String id) throws ProviderException {
    return shown(find(id));
  }

  Batch cancel(String id) throws ProviderException {
    SimulatedBatch batch = find(id);
    batch.cancel(time.instant());
    return shown(batch);
  }

  /** As the provider shows it. */
  Batch shown(SimulatedBatch batch) {
    return batch.shown(time.instant(), capabilities.orphans());
  }

  /** The results of a batch; the first line tells whose it is. */
  InputStream results(String file) {
    String key = String.valueOf(batches.get(file.substring(4)).key());
    Matcher ours = CHUNK_OF_A_RUN.matcher(key);
    String part = ours.matches() ? "p" + Integer.parseInt(ours.group(1)) : "stranger";
    String line = "{\"custom_id\":\"" + part + "-0\"}\n";
    return new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8));
  }

  List<SimulatedBatch> all() {
    return List.copyOf(batches.values());
  }

  private SimulatedBatch find(String id) throws ProviderException {
    SimulatedBatch batch = batches.get(id);
    if (batch == null
        || batch.isGone(time.instant())
        || time.instant().isBefore(batch.created.plus(batch.fate.getLag()))) {
      throw new ProviderException(
          Kind.NOT_FOUND, new ReplyHead(404, null, "req", null), "No batch " + id);
    }
    return batch;
  }

  /** All batches of a key that were neither refused nor lost, oldest first. */
  List<SimulatedBatch> ofKey(String key) {
    return batches.values().stream()
        .filter(batch -> !batch.isGone(time.instant()))
        .filter(batch -> key.equals(batch.key()))
        .filter(batch -> batch.status(batch.validated()) != BatchStatus.FAILED)
        .sorted(Comparator.comparing(batch -> batch.created))
        .toList();
  }

  boolean hasOneThatNeverEnds() {
    return ordered.stream().anyMatch(SimulatedBatch::neverEnds);
  }

  SimulatedBatch batch(String id) {
    return batches.get(id);
  }
}
