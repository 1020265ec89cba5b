package io.beambatch.provider.openai;

import io.beambatch.provider.Capabilities;
import java.util.List;

/**
 * What one provider of OpenAI's API has of its own. All of it is data: what speaks to it is the
 * same for all.
 *
 * @param baseUrl its own, with the path that its documents name
 * @param variables the environment variables of its own clients
 * @param keyHeader that carries the key; the key follows {@code Bearer } if it is {@code
 *     Authorization}
 * @param wire how files and batches differ
 * @param capabilities what it can do, and what it allows
 * @param endpoints that batches can be for
 */
record Profile(
    String baseUrl,
    Variables variables,
    String keyHeader,
    Wire wire,
    Capabilities capabilities,
    List<OpenAiEndpoint> endpoints) {

  /** The word in job files. */
  String name() {
    return capabilities.name();
  }

  /**
   * Environment variables.
   *
   * @param key that the key comes from
   * @param baseUrl that names another base URL
   */
  record Variables(String key, String baseUrl) {}

  /**
   * How files and batches differ from OpenAI's.
   *
   * @param purpose of an uploaded file
   * @param window the completion window that is asked for
   * @param metadata whether batches carry metadata; where they do not, their input files tell them
   *     apart
   * @param uploadPath the path of an upload, below the base URL
   */
  record Wire(String purpose, String window, boolean metadata, List<String> uploadPath) {
    static final Wire OPENAI = new Wire("batch", "24h", true, List.of("files"));
  }
}
