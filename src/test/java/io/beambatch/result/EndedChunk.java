package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.batch.BatchException;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chunk in a run folder on disk, and the result files that its batch left. */
final class EndedChunk {
  private final Path directory;
  private final RunFolder folder;
  private final List<Part> parts = new ArrayList<>();
  private List<Part> original = List.of();
  private final List<BatchError> errors = new ArrayList<>();
  private final StoredFiles provider;
  private Jobs job = Jobs.chat();
  private int attempt = 1;
  private BatchStatus status = BatchStatus.COMPLETED;
  private @Nullable String batch = "batch_1";
  private @Nullable AnswerCache cache;
  private boolean canary;
  private @Nullable String output;
  private @Nullable String error;
  private @Nullable JoinedChunk joined;

  EndedChunk(Path directory) {
    this.directory = directory;
    this.folder = new RunFolder(directory.toString());
    this.provider = new StoredFiles(directory);
  }

  EndedChunk job(Jobs other) {
    job = other;
    return this;
  }

  EndedChunk attempt(int other) {
    attempt = other;
    return this;
  }

  /** The last attempt, after which nothing is sent again. */
  EndedChunk lastAttempt() {
    return attempt(job.attempts());
  }

  EndedChunk status(BatchStatus other) {
    status = other;
    return this;
  }

  /** No batch was created for it. */
  EndedChunk withoutBatch() {
    batch = null;
    return status(BatchStatus.CANCELLED);
  }

  EndedChunk cache(AnswerCache other) {
    cache = other;
    return this;
  }

  /** Its requests are a sample. */
  EndedChunk canary() {
    canary = true;
    return this;
  }

  EndedChunk errors(BatchError... found) {
    errors.addAll(List.of(found));
    return this;
  }

  /** Adds a part whose requests have nothing special about them. */
  EndedChunk part(String name, String... documents) {
    return partWithBodies(
        name,
        List.of(documents),
        Arrays.stream(documents).map(document -> "{\"model\":\"model-1\"}").toList());
  }

  EndedChunk partWithBodies(String name, List<String> documents, List<String> bodies) {
    StringBuilder sidecar = new StringBuilder();
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < documents.size(); i++) {
      sidecar.append("\"id-").append(i).append("\"\t").append(documents.get(i)).append('\n');
      requests.append(request(name, i, bodies.get(i))).append('\n');
    }
    write(folder.documents(name), sidecar.toString());
    int bytes = write(folder.requests(name), requests.toString());
    int size = documents.size();
    parts.add(new Part(name, size, size, bytes, 100L * size, Map.of()));
    return this;
  }

  /** Says what becomes of each line of the last part; those of one name are the same request. */
  EndedChunk uses(String names, LineUse... uses) {
    Part all = parts.remove(parts.size() - 1);
    byte[] bytes = new byte[uses.length];
    try (FingerprintFile.Writer fingerprints =
        new FingerprintFile.Writer(folder.fingerprints(all.name()))) {
      for (int i = 0; i < uses.length; i++) {
        bytes[i] = uses[i].code();
        Fingerprint fingerprint = new Fingerprint(names.charAt(i), 0);
        fingerprints.add(new FingerprintFile.Entry(fingerprint, 1, 1, 1));
      }
      Files.write(Path.of(folder.lines(all.name())), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int sent = (int) Arrays.stream(uses).filter(LineUse::isSent).count();
    int known = (int) Arrays.stream(uses).filter(use -> use == LineUse.KNOWN).count();
    Part.Lines lines =
        new Part.Lines(all.name(), 0, uses.length, known, uses.length - sent - known);
    parts.add(
        new Part(
            all.name(), sent, sent, all.bytes(), 100L * sent, Map.of(), List.of(), true, lines, 0));
    return this;
  }

  /** Goes on with the next attempt, of what has to be sent again. */
  EndedChunk again() {
    original = List.copyOf(parts);
    parts.clear();
    parts.addAll(joined.toSendAgain());
    error = null;
    return attempt(attempt + 1);
  }

  /** Goes back to the parts of the attempt before. */
  EndedChunk original() {
    parts.clear();
    parts.addAll(original);
    return this;
  }

  /** The documents that get answers of others, joined onto them. */
  JoinedChunk joinDuplicates() throws IOException {
    return join(new ReusedLines("a1-d00000", LineUse.DUPLICATE, List.copyOf(parts), null));
  }

  /**
   * The documents that get answers of earlier runs, joined onto them.
   *
   * @param answers the name of their file in the run's folder
   */
  JoinedChunk joinKnown(String answers) throws IOException {
    return join(new ReusedLines("a1-k00000", LineUse.KNOWN, List.copyOf(parts), answers));
  }

  private JoinedChunk join(ReusedLines lines) throws IOException {
    return new ReuseJoiner(job.job(), folder).join(lines);
  }

  /** The plan of its parts, and of the lines that get answers of others. */
  Plan plan(ReusedLines... reused) {
    return new Plan(
        "a" + attempt,
        attempt,
        List.of(awaited().chunk()),
        List.of(),
        List.of(),
        Shape.NONE,
        List.of(reused),
        null);
  }

  /** Adds parts whose files are there. */
  EndedChunk parts(List<Part> others) {
    parts.addAll(others);
    return this;
  }

  List<Part> parts() {
    return List.copyOf(parts);
  }

  EndedChunk output(String... lines) {
    output = "file-output";
    write(directory.resolve(output).toString(), String.join("\n", lines) + "\n");
    return this;
  }

  EndedChunk error(String... lines) {
    error = "file-error";
    write(directory.resolve(error).toString(), String.join("\n", lines) + "\n");
    return this;
  }

  /** The output file as a hostile server may send it. */
  EndedChunk output(byte[] content) throws IOException {
    output = "file-output";
    Files.write(directory.resolve(output), content);
    return this;
  }

  StoredFiles provider() {
    return provider;
  }

  RunFolder folder() {
    return folder;
  }

  Path directory() {
    return directory;
  }

  AwaitedChunk awaited() {
    return new AwaitedChunk(
        new Chunk("a" + attempt + "-c00000", attempt, List.copyOf(parts), null, canary),
        batch,
        status,
        output,
        error,
        List.copyOf(errors));
  }

  EndedChunk join() throws IOException, ProviderException {
    joined =
        new ResultJoiner(job.job(), folder, provider, Duration.ofMillis(1), cache).join(awaited());
    return this;
  }

  /**
   * Joins, and returns whether it had to be the last attempt: a batch of ten or more requests whose
   * files answer none of them isn't bought again, but refused until it is the last.
   */
  boolean joinAtLast() throws IOException, ProviderException {
    try {
      join();
      return false;
    } catch (BatchException e) {
      long requests = parts.stream().mapToLong(Part::requests).sum();
      if (requests < 10 || attempt >= job.attempts() || isJoined()) {
        throw e;
      }
      lastAttempt().join();
      return true;
    }
  }

  private boolean isJoined() throws IOException {
    return JoinedChunk.records(folder).read(awaited().chunk().id()).isPresent();
  }

  JoinedChunk joined() {
    return joined;
  }

  List<String> answered() {
    return joined.answered() == null ? List.of() : lines(joined.answered().in(folder));
  }

  List<String> failed() {
    return joined.failed() == null ? List.of() : lines(joined.failed().in(folder));
  }

  List<String> againRequests() {
    return joined.toSendAgain().stream()
        .flatMap(part -> lines(folder.requests(part.name())).stream())
        .toList();
  }

  List<String> againDocuments() {
    return joined.toSendAgain().stream()
        .flatMap(part -> lines(folder.documents(part.name())).stream())
        .toList();
  }

  static String request(String part, int line, String body) {
    return "{\"custom_id\":\"%s-%d\",\"method\":\"POST\",\"url\":\"/v1/x\",\"body\":%s}"
        .formatted(part, line, body);
  }

  private static List<String> lines(String path) {
    try {
      return Files.readAllLines(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int write(String path, String content) {
    try {
      Files.createDirectories(Path.of(path).getParent());
      Files.writeString(Path.of(path), content);
      return (int) Files.size(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
