package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/**
 * The text of an answer, truncated at the request's token limit, or halfway if it must stop there.
 *
 * @param ending anything but {@link Ending#STOP} if the text is incomplete
 */
record Completion(String text, Ending ending) {
  /** The rules use only the beginning of a long text. */
  private static final int MOST_CHARS = 2_000;

  /** Answers messages: with a JSON text if one was requested, otherwise in plain words. */
  static Completion of(LineRequest request, TextRules rules) {
    String said = request.user.isEmpty() ? request.system : request.user;
    String user = said.length() > MOST_CHARS ? said.substring(0, MOST_CHARS) : said;
    String text =
        switch (request.format) {
          case TEXT -> rules.answer(request.system, user);
          case JSON_SCHEMA -> SchemaRules.answer(request.requiredSchema(), user);
          case JSON_OBJECT -> object(rules.answer(request.system, user));
        };
    return cut(text, request);
  }

  static Completion cut(String text, LineRequest request) {
    if (request.stop != Ending.STOP) {
      return new Completion(text.substring(0, text.length() / 2), request.stop);
    }
    int most = request.maxChars();
    return text.length() <= most
        ? new Completion(text, Ending.STOP)
        : new Completion(text.substring(0, most), Ending.LENGTH);
  }

  long tokens() {
    return LineRequest.tokens(text.length());
  }

  /** Why an answer ends. */
  enum Ending {
    STOP,
    LENGTH,
    CONTENT_FILTER;

    /** The finish reason in chats and completions. */
    String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static String object(String answer) {
    JsonNode json = ServerJson.object().put("answer", answer);
    return json.toString();
  }
}
