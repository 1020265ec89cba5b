package io.beambatch.result;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.RequestFrame;
import io.beambatch.storage.RunFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a chunk that have to be sent again, as a part for the next attempt. Its name
 * follows from the chunk's, so that a join that is repeated makes the same part.
 */
final class RetryPart implements Closeable {
  private static final int NAME_BYTES = 12;

  private final String name;
  private final NonEmptyFileWriter requests;
  private final NonEmptyFileWriter documents;
  private final String idField;
  private final JsonPaths inRequest;
  private final boolean countsInputs;
  private long weight;
  private long bytes;
  private double tokens;

  RetryPart(Chunk chunk, RunFolder folder, RequestSpec request) {
    name = "r" + hash(chunk.id());
    requests = new NonEmptyFileWriter(folder.requests(name));
    documents = new NonEmptyFileWriter(folder.documents(name));
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
   * Adds a request.
   *
   * @param part where it stood so far
   * @param document its line in that part's sidecar
   */
  void add(Part part, JsonSlice request, JsonSlice document) throws IOException {
    @Nullable JsonSlice[] found =
        inRequest.findIn(request, "A request line of part " + part.name());
    JsonSlice old = found[0];
    if (old == null) {
      throw new IllegalStateException(
          "A request line of part " + part.name() + " has no " + idField);
    }
    byte[] customId = ('"' + name + '-' + requests.lines() + '"').getBytes(StandardCharsets.UTF_8);
    requests.add(
        out -> {
          request.before(old).writeTo(out);
          out.write(customId);
          request.after(old).writeTo(out);
          out.write('\n');
        });
    documents.add(
        out -> {
          document.writeTo(out);
          out.write('\n');
        });
    bytes += request.length() - old.length() + customId.length + 1;
    weight += countsInputs ? inputs(found[1]) : 1;
    // The part's estimate was not kept for each request; their lengths are a fair share of it.
    tokens += (double) part.tokens() * (request.length() + 1) / Math.max(1, part.bytes());
  }

  int requests() {
    return requests.lines();
  }

  /**
   * Makes the part appear.
   *
   * @return the part, or null if nothing has to be sent again
   */
  @Nullable Part commit() throws IOException {
    requests.commit();
    documents.commit();
    if (requests.lines() == 0) {
      return null;
    }
    return new Part(name, requests.lines(), weight, bytes, (long) Math.ceil(tokens), Map.of());
  }

  @Override
  public void close() throws IOException {
    try (requests;
        documents) {
      // Both are closed, even if closing the other fails.
    }
  }

  /** How many texts are to be embedded; an array of numbers is one, cut into tokens already. */
  private static int inputs(@Nullable JsonSlice input) throws IOException {
    List<JsonSlice> elements = JsonPaths.elements(input);
    return elements.isEmpty() || !(elements.get(0).isText() || elements.get(0).isArray())
        ? 1
        : elements.size();
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java has SHA-256", impossible);
    }
  }
}
