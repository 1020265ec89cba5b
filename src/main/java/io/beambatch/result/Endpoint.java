package io.beambatch.result;

import io.beambatch.json.JsonSlice;
import io.beambatch.result.Answer.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where each endpoint puts its answer, as pointers into the response body. */
enum Endpoint {
  CHAT("/chat/completions") {
    @Override
    List<String> pointers() {
      return List.of(
          "/choices/0/message/content", "/choices/0/finish_reason", "/choices/0/message/refusal");
    }

    @Override
    Answer read(List<@Nullable JsonSlice> found) {
      return choice(found.get(0), found.get(1), found.get(2));
    }
  },
  COMPLETIONS("/completions") {
    @Override
    List<String> pointers() {
      return List.of("/choices/0/text", "/choices/0/finish_reason");
    }

    @Override
    Answer read(List<@Nullable JsonSlice> found) {
      return choice(found.get(0), found.get(1), null);
    }
  },
  RESPONSES("/responses") {
    @Override
    List<String> pointers() {
      return List.of("/output", "/status", "/incomplete_details/reason");
    }

    @Override
    Answer read(List<@Nullable JsonSlice> found) throws IOException {
      return response(found.get(0), found.get(1), found.get(2));
    }
  },
  EMBEDDINGS("/embeddings") {
    @Override
    List<String> pointers() {
      return List.of("/data");
    }

    @Override
    Answer read(List<@Nullable JsonSlice> found) throws IOException {
      return complete(embeddings(found.get(0)));
    }
  },
  MODERATIONS("/moderations") {
    @Override
    List<String> pointers() {
      return List.of("/results");
    }

    @Override
    Answer read(List<@Nullable JsonSlice> found) throws IOException {
      List<JsonSlice> results = JsonPaths.elements(found.get(0));
      return complete(
          switch (results.size()) {
            case 0 -> null;
            case 1 -> results.get(0);
            default -> found.get(0);
          });
    }
  },
  /** An endpoint whose answer has no place of its own: the whole body is the answer. */
  OTHER("") {
    @Override
    List<String> pointers() {
      return List.of("");
    }

    @Override
    Answer read(List<@Nullable JsonSlice> found) {
      return complete(found.get(0));
    }
  };

  private static final JsonPaths EMBEDDING = JsonPaths.of("/index", "/embedding");
  private static final JsonPaths OUTPUT = JsonPaths.of("/type", "/content");
  private static final JsonPaths CONTENT = JsonPaths.of("/type", "/text", "/refusal");

  private final String suffix;

  Endpoint(String suffix) {
    this.suffix = suffix;
  }

  /** The endpoint of a path such as {@code /v1/chat/completions}. */
  static Endpoint of(String path) {
    return Arrays.stream(values()).filter(one -> path.endsWith(one.suffix)).findFirst().get();
  }

  /** What {@link #read} wants to have found in the response body. */
  abstract List<String> pointers();

  /** Makes the answer of the values at {@link #pointers}. */
  abstract Answer read(List<@Nullable JsonSlice> found) throws IOException;

  private static Answer complete(@Nullable JsonSlice value) {
    return new Answer(value, null, null, Ending.COMPLETE);
  }

  private static Answer choice(
      @Nullable JsonSlice value, @Nullable JsonSlice finish, @Nullable JsonSlice refusal) {
    Ending ending = Ending.COMPLETE;
    if (refusal != null || is(finish, "content_filter")) {
      ending = Ending.REFUSED;
    } else if (is(finish, "length")) {
      ending = Ending.TRUNCATED;
    }
    return new Answer(value, finish, refusal, ending);
  }

  private static Answer response(
      @Nullable JsonSlice output, @Nullable JsonSlice status, @Nullable JsonSlice incomplete)
      throws IOException {
    List<JsonSlice> texts = new ArrayList<>();
    List<JsonSlice> refusals = new ArrayList<>();
    for (JsonSlice item : JsonPaths.elements(output)) {
      @Nullable JsonSlice[] parts = OUTPUT.find(item);
      if (!is(parts[0], "message")) {
        continue;
      }
      for (JsonSlice content : JsonPaths.elements(parts[1])) {
        @Nullable JsonSlice[] piece = CONTENT.find(content);
        if (is(piece[0], "output_text") && isText(piece[1])) {
          texts.add(piece[1]);
        } else if (is(piece[0], "refusal") && isText(piece[2])) {
          refusals.add(piece[2]);
        }
      }
    }
    Ending ending = Ending.COMPLETE;
    if (!refusals.isEmpty() || is(incomplete, "content_filter")) {
      ending = Ending.REFUSED;
    } else if (is(status, "incomplete")) {
      ending = Ending.TRUNCATED;
    } else if (is(status, "failed")) {
      ending = Ending.ERROR;
    }
    JsonSlice finish = incomplete == null ? status : incomplete;
    return new Answer(concatenated(texts), finish, concatenated(refusals), ending);
  }

  /** Strings put together without decoding them: their insides, one after the other, in quotes. */
  private static @Nullable JsonSlice concatenated(List<JsonSlice> texts) throws IOException {
    if (texts.size() <= 1) {
      return texts.isEmpty() ? null : texts.get(0);
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write('"');
    for (JsonSlice text : texts) {
      text.part(1, text.length() - 1).writeTo(joined);
    }
    joined.write('"');
    return JsonSlice.of(joined.toByteArray());
  }

  private static @Nullable JsonSlice embeddings(@Nullable JsonSlice data) throws IOException {
    TreeMap<Long, JsonSlice> byIndex = new TreeMap<>();
    long next = 0;
    for (JsonSlice element : JsonPaths.elements(data)) {
      @Nullable JsonSlice[] found = EMBEDDING.find(element);
      if (found[1] == null) {
        return null;
      }
      byIndex.put(Numbers.whole(found[0], next), found[1]);
      next++;
    }
    if (byIndex.size() <= 1) {
      return byIndex.isEmpty() ? null : byIndex.firstEntry().getValue();
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write('[');
    for (JsonSlice embedding : byIndex.values()) {
      if (joined.size() > 1) {
        joined.write(',');
      }
      embedding.writeTo(joined);
    }
    joined.write(']');
    return JsonSlice.of(joined.toByteArray());
  }

  private static boolean isText(@Nullable JsonSlice value) {
    return value != null && value.isText();
  }

  private static boolean is(@Nullable JsonSlice value, String text) {
    return value != null && value.isText() && value.json().equals('"' + text + '"');
  }
}
