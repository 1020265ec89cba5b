package io.beambatch.chunk;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureReason;
import io.beambatch.request.RequestLine;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of consecutive requests, written by one bundle, with a sidecar that has their documents
 * line by line; or a file of documents that failed before they could be sent. Only this descriptor
 * travels through the pipeline, never the contents.
 *
 * @param name unique; {@code [A-Za-z0-9]+}, so that {@code <name>-<line>} is a custom_id
 * @param requests the number of lines of the request file and the sidecar; 0 for a file of failures
 * @param weight what the requests count against the provider's limit: their number, or for
 *     embeddings their inputs
 * @param bytes size of the request file
 * @param tokens estimated prompt tokens
 * @param failed the number of documents in the file of failures, by reason; empty if there is none
 * @param causes why they failed, with one example each
 * @param fingerprinted whether there is a file of its requests' fingerprints
 * @param lines the use of each of its lines, or null if all are sent; with it, the numbers above
 *     count only the lines that are sent
 * @param repairs how often the model has been asked to repair each of these answers
 */
public record Part(
    String name,
    int requests,
    long weight,
    long bytes,
    long tokens,
    Map<FailureReason, Long> failed,
    List<FailureCause> causes,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean fingerprinted,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Lines lines,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int repairs) {
  private static final String NAME_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Records of earlier versions have no causes. */
  public Part {
    causes = causes == null ? List.of() : List.copyOf(causes);
  }

  /**
   * Where the use of each line is recorded; {@link LineUses} reads it.
   *
   * @param file its name in the run's folder
   * @param offset of the part's first line in it
   * @param all the number of lines of the request file and the sidecar
   * @param known lines with answers that earlier runs paid for
   * @param duplicates lines that are identical to another of the plan, which is sent
   */
  public record Lines(String file, long offset, int all, int known, int duplicates) {}

  /** A part whose lines are all sent. */
  public Part(
      String name,
      int requests,
      long weight,
      long bytes,
      long tokens,
      Map<FailureReason, Long> failed,
      List<FailureCause> causes) {
    this(name, requests, weight, bytes, tokens, failed, causes, false, null, 0);
  }

  /** A part without causes. */
  public Part(
      String name,
      int requests,
      long weight,
      long bytes,
      long tokens,
      Map<FailureReason, Long> failed) {
    this(name, requests, weight, bytes, tokens, failed, List.of());
  }

  /** A random name, so that no two bundles, repetitions or runs share one. */
  static String newName() {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < RequestLine.PART_NAME_CHARS; i++) {
      name.append(NAME_CHARACTERS.charAt(RANDOM.nextInt(NAME_CHARACTERS.length())));
    }
    return name.toString();
  }

  /** The number of lines of its request file and its sidecar. */
  public int allLines() {
    return lines == null ? requests : lines.all;
  }

  /** The number of its lines that get another line's answer. */
  public int reused() {
    return lines == null ? 0 : lines.known + lines.duplicates;
  }

  /** The number of its documents that are emitted, sendable or not. */
  public long documents() {
    return requests + reused() + failures();
  }

  /** The number of documents that failed before they could be sent. */
  public long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }
}
