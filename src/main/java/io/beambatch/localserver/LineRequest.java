package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of an input file, as far as the server reads it. It is mutable and reused for each line:
 * a million lines should not allocate a million of these.
 */
final class LineRequest {
  /** The format of the answer. */
  enum Format {
    TEXT,
    JSON_OBJECT,
    JSON_SCHEMA
  }

  /** A shorter prefix isn't cached. */
  private static final long LEAST_CACHED_TOKENS = 1_024;

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

  /** Whether the conversation has an earlier answer of the model. */
  boolean goesOn;

  /** The texts of an embeddings, moderations or completions request. */
  final List<String> inputs = new ArrayList<>();

  long chars;
  int messages;
  int maxTokens;
  int n;
  int dimensions;
  boolean base64;

  /** Characters up to the last cache mark, and their hash; 0 without a mark. */
  long cachedChars;

  int cachedHash;

  /** Whether the marked prefix was in the cache before the batch began. */
  boolean isCached;

  /** Whether the answer must be the input of this tool; null if not. */
  @Nullable String tool;

  /** The maximum number of tokens for thinking before the answer. */
  int thinkingTokens;

  Format format = Format.TEXT;
  @Nullable JsonNode schema;
  boolean strict;

  /** Where the answer must stop, whatever its length. */
  Completion.Ending stop = Completion.Ending.STOP;

  /** The first problem of the body, in the endpoint's own words. */
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
    goesOn = false;
    inputs.clear();
    chars = 0;
    messages = 0;
    maxTokens = Integer.MAX_VALUE;
    n = 1;
    dimensions = 0;
    base64 = false;
    cachedChars = 0;
    cachedHash = 0;
    isCached = false;
    tool = null;
    thinkingTokens = 0;
    format = Format.TEXT;
    schema = null;
    strict = false;
    stop = Completion.Ending.STOP;
    error = null;
  }

  /** Records a problem, unless there is one already. */
  void wrong(ApiError found) {
    if (error == null) {
      error = found;
    }
  }

  /** An estimate: four characters per token, and a few tokens for each message. */
  long promptTokens() {
    return Math.max(1, tokens(chars) + (long) messages * TOKENS_PER_MESSAGE);
  }

  /** Returns whether the marked prefix is long enough to be cached. */
  boolean isKept() {
    return tokens(cachedChars) >= LEAST_CACHED_TOKENS;
  }

  static long tokens(long chars) {
    return (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
  }

  /** The maximum length of an answer of {@link #maxTokens} tokens, in characters. */
  int maxChars() {
    return (int) Math.min(Integer.MAX_VALUE, (long) maxTokens * CHARS_PER_TOKEN);
  }

  /** The id of a validated line. */
  String validCustomId() {
    return Objects.requireNonNull(customId);
  }

  /** The schema of the request's format. */
  JsonNode requiredSchema() {
    return Objects.requireNonNull(schema);
  }
}
