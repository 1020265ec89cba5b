package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of an input file, as far as the server looks at it. Mutable, and used for one line after
 * the other: a million lines should not make a million of these.
 */
final class LineRequest {
  /** What the answer has to look like. */
  enum Format {
    TEXT,
    JSON_OBJECT,
    JSON_SCHEMA
  }

  private static final int TOKENS_PER_MESSAGE = 3;
  private static final int CHARS_PER_TOKEN = 4;

  @Nullable String customId;
  @Nullable String method;
  @Nullable String url;
  boolean hasBody;

  @Nullable String model;
  boolean stream;

  /** Whether there is something to answer: messages, an input or a prompt. */
  boolean hasPrompt;

  /** All system and developer messages; empty if there are none. */
  String system = "";

  /** The last user message; empty if there is none. */
  String user = "";

  /** The texts of an embeddings, moderations or completions request. */
  final List<String> inputs = new ArrayList<>();

  long chars;
  int messages;
  int maxTokens;
  int n;
  int dimensions;
  boolean base64;

  /** Characters up to the last mark for the cache, and their hash; 0 if there is no mark. */
  long cachedChars;

  int cachedHash;

  /** Whether the answer is to be the input of this tool; null if it isn't. */
  @Nullable String tool;

  /** Tokens that the model may think with before it answers. */
  int thinkingTokens;

  Format format = Format.TEXT;
  @Nullable JsonNode schema;
  boolean strict;

  /** Where the answer is to stop, whatever its length. */
  Completion.Ending stop = Completion.Ending.STOP;

  /** The first thing that is wrong with the body, as the endpoint itself would say it. */
  @Nullable ApiError error;

  void reset() {
    customId = null;
    method = null;
    url = null;
    hasBody = false;
    model = null;
    stream = false;
    hasPrompt = false;
    system = "";
    user = "";
    inputs.clear();
    chars = 0;
    messages = 0;
    maxTokens = Integer.MAX_VALUE;
    n = 1;
    dimensions = 0;
    base64 = false;
    cachedChars = 0;
    cachedHash = 0;
    tool = null;
    thinkingTokens = 0;
    format = Format.TEXT;
    schema = null;
    strict = false;
    stop = Completion.Ending.STOP;
    error = null;
  }

  /** Notes what is wrong, unless something was noted before. */
  void wrong(ApiError found) {
    if (error == null) {
      error = found;
    }
  }

  /** An estimate: four characters a token, and a little for each message. */
  long promptTokens() {
    return Math.max(1, tokens(chars) + (long) messages * TOKENS_PER_MESSAGE);
  }

  static long tokens(long chars) {
    return (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
  }

  /** How many characters an answer of at most {@link #maxTokens} may have. */
  int maxChars() {
    return (int) Math.min(Integer.MAX_VALUE, (long) maxTokens * CHARS_PER_TOKEN);
  }

  /** The id of a line that passed its validation. */
  String validCustomId() {
    return Objects.requireNonNull(customId);
  }

  /** The schema that the request's format is. */
  JsonNode requiredSchema() {
    return Objects.requireNonNull(schema);
  }
}
