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
 * A file of consecutive requests, written by one bundle, with a sidecar that holds their documents
 * line by line; or a file of documents that failed before they could be sent. Only this description
 * travels through the pipeline, never the contents.
 *
 * @param name unique; {@code [A-Za-z0-9]+}, so that {@code <name>-<line>} is a custom_id
 * @param requests how many lines the request file and the sidecar have; 0 for a file of failures
 * @param weight what the requests count against the provider's limit: their number, or for
 *     embeddings their inputs
 * @param bytes size of the request file
 * @param tokens estimated prompt tokens
 * @param failed how many documents the file of failures has, by reason; empty if there is none
 * @param causes why they failed, with one example each
 * @param fingerprinted whether its requests' fingerprints stand beside it
 * @param lines what becomes of each of its lines, or null if all are sent; then all numbers above
 *     are of those that are
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

  /** A record that an earlier version wrote has no causes. */
  public Part {
    causes = causes == null ? List.of() : List.copyOf(causes);
  }

  /**
   * Where it says what becomes of each line: {@link LineUses} reads it.
   *
   * @param file its name in the run's folder
   * @param offset of the part's first line in it
   * @param all how many lines the request file and the sidecar have
   * @param known lines whose answers were bought by earlier runs
   * @param duplicates lines that are the same as another of the plan, which is sent
   */
  public record Lines(String file, long offset, int all, int known, int duplicates) {}

  /** A part of which every line is sent. */
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

  /** A part that says no causes. */
  public Part(
      String name,
      int requests,
      long weight,
      long bytes,
      long tokens,
      Map<FailureReason, Long> failed) {
    this(name, requests, weight, bytes, tokens, failed, List.of());
  }

  /** A random name, so that no two bundles, repetitions or runs ever share one. */
  static String newName() {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < RequestLine.PART_NAME_CHARS; i++) {
      name.append(NAME_CHARACTERS.charAt(RANDOM.nextInt(NAME_CHARACTERS.length())));
    }
    return name.toString();
  }

  /** How many lines its request file and its sidecar have. */
  public int allLines() {
    return lines == null ? requests : lines.all;
  }

  /** How many of its lines get an answer that another line has bought. */
  public int reused() {
    return lines == null ? 0 : lines.known + lines.duplicates;
  }

  /** How many documents of it come out, sendable or not. */
  public long documents() {
    return requests + reused() + failures();
  }

  /** How many documents failed before they could be sent. */
  public long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }
}
