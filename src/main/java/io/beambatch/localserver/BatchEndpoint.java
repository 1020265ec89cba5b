package io.beambatch.localserver;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The endpoints of batches that this server answers. */
enum BatchEndpoint {
  CHAT("/v1/chat/completions"),
  RESPONSES("/v1/responses"),
  EMBEDDINGS("/v1/embeddings"),
  COMPLETIONS("/v1/completions"),
  MODERATIONS("/v1/moderations"),
  MESSAGES("/v1/messages"),
  GENERATE_CONTENT("generateContent"),
  EMBED_CONTENT("embedContent");

  private final String path;

  BatchEndpoint(String path) {
    this.path = path;
  }

  String path() {
    return path;
  }

  /** The format of its batches. */
  BatchFormat format() {
    return switch (this) {
      case CHAT, RESPONSES, EMBEDDINGS, COMPLETIONS, MODERATIONS -> BatchFormat.OPENAI;
      case MESSAGES -> BatchFormat.ANTHROPIC;
      case GENERATE_CONTENT, EMBED_CONTENT -> BatchFormat.GEMINI;
    };
  }

  /** Reads the bodies of its requests. */
  LineRequestReader.RequestReader reader(LineRequest request) {
    return switch (this) {
      case CHAT, RESPONSES, EMBEDDINGS, COMPLETIONS, MODERATIONS ->
          new OpenAiBodyReader(this, request);
      case MESSAGES -> new MessagesReader(request);
      case GENERATE_CONTENT, EMBED_CONTENT -> new ContentsReader(request);
    };
  }

  /** Answers its requests. */
  AnswerRules answers() {
    return switch (this) {
      case CHAT -> new ChatAnswers();
      case RESPONSES -> new ResponsesAnswers();
      case EMBEDDINGS -> new EmbeddingAnswers();
      case COMPLETIONS -> new CompletionAnswers();
      case MODERATIONS -> new ModerationAnswers();
      case MESSAGES -> new MessageAnswers();
      case GENERATE_CONTENT -> new GenerateContentAnswers();
      case EMBED_CONTENT -> new EmbedContentAnswers();
    };
  }

  static @Nullable BatchEndpoint of(String path) {
    for (BatchEndpoint endpoint : values()) {
      if (endpoint.path.equals(path)) {
        return endpoint;
      }
    }
    return null;
  }

  /** OpenAI's endpoints, as error messages list them. */
  static String list() {
    return Arrays.stream(values())
        .filter(endpoint -> endpoint.format() == BatchFormat.OPENAI)
        .map(endpoint -> "'" + endpoint.path + "'")
        .collect(Collectors.joining(", "));
  }
}
