package io.beambatch.provider;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint writes the turns of a conversation, so that a request can be continued with the
 * model's answer and a reply to it.
 *
 * @param pointer into a request body, to the turns so far: a list, or the text of the only one
 * @param model the role of the model's turns, such as {@code assistant}
 * @param beforeText the JSON between a turn's role and its text, such as {@code "content":}
 * @param afterText the JSON after the text, except for the closing brace
 */
public record Conversation(String pointer, String model, String beforeText, String afterText) {
  private static final String USER = "user";

  /** A conversation whose turns are a role and a text content. */
  public static Conversation ofContents(String pointer) {
    return new Conversation(pointer, "assistant", "\"content\":", "");
  }

  /**
   * The turns, followed by the model's answer and the reply to it.
   *
   * @param turns of the request, as found at the pointer
   * @param answer a text; anything else is quoted as its JSON
   * @return null if these turns can't be continued
   */
  public @Nullable JsonSlice continued(JsonSlice turns, JsonSlice answer, String about)
      throws IOException {
    List<JsonSlice> all = new ArrayList<>();
    if (turns.isText()) {
      all.add(turn(USER, turns));
    } else {
      all.addAll(JsonPaths.elements(turns));
    }
    if (all.isEmpty()) {
      return null;
    }
    all.add(turn(model, answer.isText() ? answer : quoted(answer.json())));
    all.add(turn(USER, quoted(about)));
    return JsonPieces.array(all);
  }

  private JsonSlice turn(String role, JsonSlice text) {
    return JsonSlice.of("{\"role\":\"" + role + "\"," + beforeText + text.json() + afterText + '}');
  }

  private static JsonSlice quoted(String text) {
    return JsonSlice.of(
        '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"');
  }
}
