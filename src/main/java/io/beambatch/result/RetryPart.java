package io.beambatch.result;

import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.RequestFrame;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests that must be sent again, as a part for the next attempt. {@link RetryParts} names it and
 * decides what it contains.
 */
final class RetryPart implements Closeable {
  private final String name;
  private final int repairs;
  private final NonEmptyFileWriter requests;
  private final NonEmptyFileWriter documents;
  private final NonEmptyFileWriter fingerprints;
  private final ByteArrayOutputStream uses = new ByteArrayOutputStream();
  private final RunFolder folder;
  private final String idField;
  private final JsonPaths inRequest;
  private final boolean countsInputs;
  private long weight;
  private long bytes;
  private double tokens;
  private boolean isAwaited;

  /**
   * @param repairs how often the model has been asked to repair the answers, this time included
   */
  RetryPart(String name, int repairs, RunFolder folder, RequestSpec request) {
    this.name = name;
    this.repairs = repairs;
    requests = new NonEmptyFileWriter(folder.requests(name));
    documents = new NonEmptyFileWriter(folder.documents(name));
    fingerprints = new NonEmptyFileWriter(folder.fingerprints(name));
    this.folder = folder;
    RequestFrame frame = request.frame();
    idField = frame.idField();
    String inputs = request.target().inputsPointer();
    countsInputs = inputs != null;
    inRequest =
        inputs == null
            ? JsonPaths.of(frame.idPointer())
            : JsonPaths.of(frame.idPointer(), frame.bodyPointer(inputs));
  }

  /**
   * Adds the request at which a reader is positioned.
   *
   * @param request the original line, or one with a longer body
   */
  void add(PartReader line, JsonSlice request) throws IOException {
    Part part = line.part();
    JsonSlice document = line.sidecarLine();
    @Nullable JsonSlice[] found =
        inRequest.findIn(request, "A request line of part " + part.name());
    JsonSlice old = found[0];
    if (old == null) {
      throw new IllegalStateException(
          "A request line of part " + part.name() + " has no " + idField);
    }
    byte[] customId = ('"' + name + '-' + requests.lines() + '"').getBytes(StandardCharsets.UTF_8);
    OutputStream sent = requests.line();
    request.before(old).writeTo(sent);
    sent.write(customId);
    request.after(old).writeTo(sent);
    sent.write('\n');
    OutputStream sidecar = documents.line();
    document.writeTo(sidecar);
    sidecar.write('\n');
    if (part.fingerprinted()) {
      addFingerprint(line, request.length() - old.length() + customId.length + 1);
    }
    bytes += request.length() - old.length() + customId.length + 1;
    weight += countsInputs ? inputs(found[1]) : 1;
    tokens += tokens(part, request);
  }

  /** Lines that wait for the request's answer use the fingerprint of its first attempt. */
  private void addFingerprint(PartReader line, int length) throws IOException {
    FingerprintFile.Entry entry = line.fingerprinted();
    FingerprintFile.Entry again =
        new FingerprintFile.Entry(entry.fingerprint(), length, entry.tokens(), entry.weight());
    new FingerprintFile.Writer(fingerprints.line()).add(again);
    uses.write((line.isAwaited() ? LineUse.AWAITED : LineUse.SENT).code());
    isAwaited |= line.isAwaited();
  }

  /** The estimate is known for the part only; it is divided by the requests' lengths. */
  static double tokens(Part part, JsonSlice request) {
    return (double) part.tokens() * (request.length() + 1) / Math.max(1, part.bytes());
  }

  long bytes() {
    return bytes;
  }

  double tokens() {
    return tokens;
  }

  int requests() {
    return requests.lines();
  }

  /**
   * Makes the part visible.
   *
   * @return the part, or null if nothing must be sent again
   */
  @Nullable Part commit() throws IOException {
    requests.commit();
    documents.commit();
    if (requests.lines() == 0) {
      return null;
    }
    boolean fingerprinted = fingerprints.lines() > 0;
    if (fingerprinted && fingerprints.lines() < requests.lines()) {
      throw new IllegalStateException("Some requests of part " + name + " have no fingerprint");
    }
    fingerprints.commit();
    if (isAwaited) {
      Storage.write(folder.lines(name), uses::writeTo);
    }
    return new Part(
        name,
        requests.lines(),
        weight,
        bytes,
        (long) Math.ceil(tokens),
        Map.of(),
        List.of(),
        fingerprinted,
        isAwaited ? new Part.Lines(name, 0, uses.size(), 0, 0) : null,
        repairs);
  }

  @Override
  public void close() throws IOException {
    try (requests;
        documents;
        fingerprints) {
      // Closes all files, even if closing one of them fails.
    }
  }

  /** The number of texts to embed; an array of numbers is one text, already tokenized. */
  private static int inputs(@Nullable JsonSlice input) throws IOException {
    List<JsonSlice> elements = JsonPaths.elements(input);
    return elements.isEmpty() || !(elements.get(0).isText() || elements.get(0).isArray())
        ? 1
        : elements.size();
  }
}
