package io.beambatch.result;

import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.LineUses;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.LineReader;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a part's sidecar, line by line. It opens the request file only when a request is asked for:
 * most joins never need it.
 */
final class PartReader implements Closeable, AskedFormat.RequestSource {
  private final String chunk;
  private final Part part;
  private final RunFolder folder;
  private final LineUses uses;
  private final Predicate<LineUse> wanted;
  private final LineReader documents;
  private @Nullable LineReader requests;
  private FingerprintFile.@Nullable Reader fingerprints;
  private FingerprintFile.@Nullable Entry fingerprinted;
  private int line = -1;
  private int requestLine = -1;
  private int fingerprintLine = -1;

  private PartReader(String chunk, Part part, RunFolder folder, Predicate<LineUse> wanted)
      throws IOException {
    this.chunk = chunk;
    this.part = part;
    this.folder = folder;
    this.wanted = wanted;
    this.uses = LineUses.of(part, folder);
    this.documents = LineReader.ofLines(folder.open(folder.documents(part.name())));
  }

  /** Reads the lines that were sent with a chunk. */
  static PartReader ofSent(String chunk, Part part, RunFolder folder) throws IOException {
    return new PartReader(chunk, part, folder, LineUse::isSent);
  }

  /** Reads the lines of a part that get other lines' answers. */
  static PartReader ofReused(ReusedLines lines, Part part, RunFolder folder) throws IOException {
    return new PartReader(lines.id(), part, folder, use -> use == lines.use());
  }

  /**
   * Advances to the next document.
   *
   * @throws IllegalStateException if the sidecar has fewer or more lines than the part
   */
  boolean next() throws IOException {
    do {
      boolean more = documents.next();
      line++;
      if (more != line < uses.count()) {
        throw mismatch(
            "documents in " + folder.documents(part.name()), more ? "more" : String.valueOf(line));
      }
      if (!more) {
        return false;
      }
    } while (!wanted.test(uses.use(line)));
    return true;
  }

  /** Returns whether identical lines wait for this one's answer. */
  boolean isAwaited() {
    return uses.use(line) == LineUse.AWAITED;
  }

  /** The sizes of the document's request, with its fingerprint. */
  FingerprintFile.Entry fingerprinted() throws IOException {
    if (fingerprints == null) {
      fingerprints = new FingerprintFile.Reader(folder.open(folder.fingerprints(part.name())));
    }
    while (fingerprintLine < line) {
      fingerprinted = fingerprints.next();
      fingerprintLine++;
    }
    return Objects.requireNonNull(fingerprinted);
  }

  /** The part that is being read. */
  Part part() {
    return part;
  }

  /** The id of the document's request in its batch: the part's name, and the line, from 0. */
  String customId() {
    return part.name() + "-" + line;
  }

  /** The sidecar's line; valid until the next one. */
  JsonSlice sidecarLine() {
    return documents.slice();
  }

  /** The document alone; valid until the next one. */
  JsonSlice document() {
    JsonSlice whole = documents.slice();
    for (int i = 0; i < whole.length(); i++) {
      if (whole.at(i) == '\t') {
        return whole.part(i + 1, whole.length());
      }
    }
    throw new IllegalStateException(
        "Line "
            + (line + 1)
            + " of "
            + folder.documents(part.name())
            + " has no tab between id and document");
  }

  /** The document's request; valid until the next one. */
  @Override
  public JsonSlice request() throws IOException {
    if (requests == null) {
      requests = LineReader.ofLines(folder.open(folder.requests(part.name())));
    }
    while (requestLine < line) {
      if (!requests.next()) {
        throw mismatch(
            "requests in " + folder.requests(part.name()), String.valueOf(requestLine + 1));
      }
      requestLine++;
    }
    return requests.slice();
  }

  @Override
  public void close() throws IOException {
    try (documents) {
      if (requests != null) {
        requests.close();
      }
      if (fingerprints != null) {
        fingerprints.close();
      }
    }
  }

  private IllegalStateException mismatch(String what, String found) {
    return new IllegalStateException(
        "Chunk "
            + chunk
            + ", part "
            + part.name()
            + ": expected "
            + uses.count()
            + " "
            + what
            + ", found "
            + found
            + "; the file is not the one that was planned");
  }
}
