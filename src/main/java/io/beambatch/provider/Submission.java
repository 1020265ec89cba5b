package io.beambatch.provider;

import io.beambatch.provider.BatchProvider.Upload;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a batch is created from. A provider takes the parts for which its API has a place: above all
 * the key, by which the batch is found if the reply to the creation is lost.
 *
 * @param key of the chunk, unique among all batches of the account; at most 120 characters of
 *     {@code [A-Za-z0-9_/-]}
 * @param labels at most 16 pairs for the batch's metadata, with the key as {@link Batch#KEY}; keys
 *     of at most 64 and values of at most 512 characters
 * @param endpoint such as {@code /v1/chat/completions}
 * @param model the model of all requests
 * @param inputFileId the file of the uploaded requests, or null where the create call carries them
 * @param requests the lines, each ending with a line feed
 * @param count the number of requests
 */
public record Submission(
    String key,
    Map<String, String> labels,
    String endpoint,
    String model,
    @Nullable String inputFileId,
    Upload requests,
    int count) {

  /** The file of the uploaded requests. */
  public String inputFile() {
    return Objects.requireNonNull(inputFileId, "not uploaded");
  }
}
