package io.beambatch.provider.openai;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Sleeper;
import java.time.Clock;
import java.util.List;

/**
 * What one provider of OpenAI's API has of its own. Nearly all of it is data; where batches are of
 * another shape, it names the class that speaks to them.
 *
 * @param shape of its batches
 * @param baseUrl its own, with the path that its documents name
 * @param variables the environment variables of its own clients
 * @param keyHeader that carries the key; the key follows {@code Bearer } if it is {@code
 *     Authorization}
 * @param wire how files and batches differ
 * @param capabilities what it can do, and what it allows
 * @param endpoints that batches can be for
 */
record Profile(
    Shape shape,
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

  /** What batches are like, whatever their requests and results are. */
  @SuppressWarnings("ImmutableEnumChecker") // constructors don't change
  enum Shape {
    /** Made of files, found by metadata or by their file. */
    OPENAI("/v1", true, OpenAiProvider::new),
    /** Jobs, which name the model for their requests. */
    MISTRAL("/v1", false, MistralProvider::new),
    /** Made of their requests, for one model, with results in pages. */
    OPENROUTER("/api/v1", false, OpenRouterProvider::new);

    private final String basePath;
    private final boolean wholeLines;
    private final Client client;

    Shape(String basePath, boolean wholeLines, Client client) {
      this.basePath = basePath;
      this.wholeLines = wholeLines;
      this.client = client;
    }

    /** What base URLs of a server end in that has all shapes. */
    String basePath() {
      return basePath;
    }

    /** Whether a line of requests says all: method, URL and model. */
    boolean hasWholeLines() {
      return wholeLines;
    }

    BatchProvider connect(OpenAiSettings settings) {
      return client.connect(settings, Clock.systemUTC(), Sleeper.SYSTEM);
    }

    @FunctionalInterface
    private interface Client {
      BatchProvider connect(OpenAiSettings settings, Clock clock, Sleeper sleeper);
    }
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
