package io.beambatch.provider;

import io.beambatch.provider.BatchProvider.Upload;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is created of. A provider takes from it what its API has a place for: above all the
 * key, by which the batch is found if the reply to the creation gets lost.
 *
 * @param key of the chunk, unique among all batches of the account; at most 120 characters of
 *     {@code [A-Za-z0-9_/-]}
 * @param labels at most 16 pairs for the batch's metadata, with the key as {@link Batch#KEY}; keys
 *     of at most 64 and values of at most 512 characters
 * @param endpoint such as {@code /v1/chat/completions}
 * @param model that all requests are for
 * @param inputFileId of the uploaded requests, or null where the creation carries them
 * @param requests the lines, each ending with a line feed
 * @param count how many requests there are
 */
public record Submission(
    String key,
    Map<String, String> labels,
    String endpoint,
    String model,
    @Nullable String inputFileId,
    Upload requests,
    int count) {

  /** The uploaded requests. */
  public String inputFile() {
    return Objects.requireNonNull(inputFileId, "not uploaded");
  }
}
