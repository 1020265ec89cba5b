package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The text of an answer, cut at the request's token limit.
 *
 * @param cut whether something is missing at the end
 */
record Completion(String text, boolean cut) {
  /** Of a long text, the rules look at the beginning only. */
  private static final int MOST_CHARS = 2_000;

  /** Answers messages: a JSON text if one was asked for, else plain words. */
  static Completion of(Request request, TextRules rules) {
    String said = request.user.isEmpty() ? request.system : request.user;
    String user = said.length() > MOST_CHARS ? said.substring(0, MOST_CHARS) : said;
    String text =
        switch (request.format) {
          case TEXT -> rules.answer(request.system, user);
          case JSON_SCHEMA -> SchemaRules.answer(request.schema, user);
          case JSON_OBJECT -> object(rules.answer(request.system, user));
        };
    return cut(text, request);
  }

  static Completion cut(String text, Request request) {
    int most = request.maxChars();
    return text.length() <= most
        ? new Completion(text, false)
        : new Completion(text.substring(0, most), true);
  }

  long tokens() {
    return Request.tokens(text.length());
  }

  private static String object(String answer) {
    JsonNode json = Json.object().put("answer", answer);
    return json.toString();
  }
}
