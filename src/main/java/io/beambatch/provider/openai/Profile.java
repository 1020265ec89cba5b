package io.beambatch.provider.openai;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Sleeper;
import java.time.Clock;
import java.util.List;

/**
 * What is particular to one provider that speaks OpenAI's API. Nearly all of it is data; where
 * batches have another shape, it names the class that calls them.
 *
 * @param shape the shape of its batches
 * @param baseUrl its own, with the path that its documentation gives
 * @param variables the environment variables of its own clients
 * @param keyHeader the header of the key; the key follows {@code Bearer } if it is {@code
 *     Authorization}
 * @param wire how files and batches differ
 * @param capabilities what it can do, and its limits
 * @param endpoints the endpoints that batches can call
 */
record Profile(
    Shape shape,
    String baseUrl,
    Variables variables,
    String keyHeader,
    Wire wire,
    Capabilities capabilities,
    List<OpenAiEndpoint> endpoints) {

  /** The provider's name in job files. */
  String name() {
    return capabilities.name();
  }

  /** The shape of batches, independent of their requests and results. */
  @SuppressWarnings("ImmutableEnumChecker") // constructors don't change
  enum Shape {
    /** Created from files; found by metadata or by their file. */
    OPENAI("/v1", true, OpenAiProvider::new),
    /** Jobs, which name the model of their requests. */
    MISTRAL("/v1", false, MistralProvider::new),
    /** Created from their requests, for one model, with results in pages. */
    OPENROUTER("/api/v1", false, OpenRouterProvider::new);

    private final String basePath;
    private final boolean wholeLines;
    private final Client client;

    Shape(String basePath, boolean wholeLines, Client client) {
      this.basePath = basePath;
      this.wholeLines = wholeLines;
      this.client = client;
    }

    /** The path at the end of base URLs of a server that speaks all shapes. */
    String basePath() {
      return basePath;
    }

    /** Returns whether a request line is complete: with method, URL and model. */
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
   * @param key the variable of the key
   * @param baseUrl the variable of another base URL
   */
  record Variables(String key, String baseUrl) {}

  /**
   * How files and batches differ from OpenAI's.
   *
   * @param purpose of an uploaded file
   * @param window the completion window to request
   * @param metadata whether batches carry metadata; if they don't, they are identified by their
   *     input files
   * @param uploadPath the path of an upload, below the base URL
   */
  record Wire(String purpose, String window, boolean metadata, List<String> uploadPath) {
    static final Wire OPENAI = new Wire("batch", "24h", true, List.of("files"));
  }
}
