package io.beambatch.result;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.Inference;
import io.beambatch.job.Limits;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.Conversation;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a chunk for the next attempt: those that are sent again unchanged, and those with
 * an answer and its errors appended, which the model is asked to repair. A part has requests that
 * were repaired equally often, and is closed well below the limits of a chunk. The chunk's name
 * determines the parts' names, so that a repeated join writes the same parts.
 */
final class RetryParts implements Closeable {
  private static final int NAME_BYTES = 12;

  /** Parts that are small compared with the limits fill chunks well. */
  private static final int SHARE = 8;

  private final Chunk chunk;
  private final RunFolder folder;
  private final Inference inference;
  private final @Nullable Conversation conversation;
  private final JsonPaths turns;

  /** By the number of repairs; the last part of each list is being filled. */
  private final List<List<RetryPart>> parts = new ArrayList<>();

  RetryParts(Chunk chunk, RunFolder folder, Inference inference) {
    this.chunk = chunk;
    this.folder = folder;
    this.inference = inference;
    this.conversation = inference.request().target().conversation();
    this.turns =
        conversation == null
            ? JsonPaths.of()
            : JsonPaths.of(inference.request().frame().bodyPointer(conversation.pointer()));
  }

  /** Adds the request at which a reader is positioned, unchanged. */
  void add(PartReader line) throws IOException {
    add(line, line.request(), line.part().repairs());
  }

  /**
   * Adds the request at which a reader is positioned, followed by its answer and the errors.
   *
   * @return whether it was added: the model was not asked too often, and the request keeps the
   *     limits on one request
   */
  boolean addRepair(PartReader line, Outcome.Repair repair) throws IOException {
    int repairs = line.part().repairs() + 1;
    if (repairs > inference.retry().repairs()) {
      return false;
    }
    JsonSlice request = continued(line, repair);
    Limits limits = inference.limits();
    if (request == null
        || request.length() + 1 > limits.bytes()
        || RetryPart.tokens(line.part(), request) > limits.enqueuedTokens()) {
      return false;
    }
    add(line, request, repairs);
    return true;
  }

  private @Nullable JsonSlice continued(PartReader line, Outcome.Repair repair) throws IOException {
    JsonSlice request = line.request();
    JsonSlice before =
        conversation == null
            ? null
            : turns.findIn(request, "A request line of part " + line.part().name())[0];
    if (before == null || conversation == null) {
      return null;
    }
    JsonSlice after =
        conversation.continued(
            before,
            repair.answer(),
            "Your answer can't be used: "
                + repair.about()
                + ". Answer again, with nothing but the whole answer as it should be.");
    if (after == null) {
      return null;
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream(request.length() + after.length());
    request.before(before).writeTo(whole);
    after.writeTo(whole);
    request.after(before).writeTo(whole);
    return JsonSlice.of(whole.toByteArray());
  }

  private void add(PartReader line, JsonSlice request, int repairs) throws IOException {
    while (parts.size() <= repairs) {
      parts.add(new ArrayList<>());
    }
    List<RetryPart> alike = parts.get(repairs);
    if (alike.isEmpty() || (repairs > 0 && isFull(alike.get(alike.size() - 1), line, request))) {
      alike.add(new RetryPart(name(repairs, alike.size()), repairs, folder, inference.request()));
    }
    alike.get(alike.size() - 1).add(line, request);
  }

  /** Unchanged requests fit into a chunk together, as they did before. */
  private boolean isFull(RetryPart part, PartReader line, JsonSlice request) {
    Limits limits = inference.limits();
    return part.bytes() + request.length() > limits.bytes() / SHARE
        || part.tokens() + RetryPart.tokens(line.part(), request)
            > (double) limits.enqueuedTokens() / SHARE;
  }

  private String name(int repairs, int index) {
    String content = repairs == 0 ? chunk.id() : chunk.id() + "/" + repairs + "/" + index;
    return "r" + Sha256.hex(content, NAME_BYTES);
  }

  /** The number of requests that are sent again. */
  int requests() {
    return parts.stream().flatMap(List::stream).mapToInt(RetryPart::requests).sum();
  }

  /** Makes the parts visible; the unchanged requests come first. */
  List<Part> commit() throws IOException {
    List<Part> committed = new ArrayList<>();
    for (List<RetryPart> alike : parts) {
      for (RetryPart part : alike) {
        Part done = part.commit();
        if (done != null) {
          committed.add(done);
        }
      }
    }
    return committed;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (List<RetryPart> alike : parts) {
      for (RetryPart part : alike) {
        try {
          part.close();
        } catch (IOException e) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
