package io.beambatch.localserver;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a prompt asks for, as far as simple rules can recognise it.
 *
 * @param options the labels to choose from; empty unless the task is {@link Task#CHOOSE}
 * @param end the index in the prompt at which the instruction ends
 */
record Instruction(Task task, List<String> options, int end) {
  /** The kinds of answer. */
  enum Task {
    CHOOSE,
    SENTIMENT,
    SUMMARY,
    EXTRACT
  }

  private static final Instruction NONE = new Instruction(Task.EXTRACT, List.of(), 0);
  private static final int MOST_CHARS = 2_000;
  private static final int LONGEST_OPTION = 60;
  private static final Pattern OPTIONS =
      Pattern.compile(
          "\\b(?:one of|either|choose (?:from|between)|(?:options|labels|categories|classes)(?: are)?"
              + "|(?:one|single) (?:word|label|category))\\b[^:.\\n]{0,40}?"
              + "[:\\s]\\s*([^:.!?\\n]{3,400})",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern BETWEEN =
      Pattern.compile("\\s*(?:[,|;/]\\s*(?:(?:or|and)\\s)?|\\s(?:or|and)\\s)\\s*");
  private static final Pattern FILLER =
      Pattern.compile(
          "^(?:the following|these|the|as)\\b[\\w\\s]*?:?\\s*", Pattern.CASE_INSENSITIVE);

  /** Recognises the instruction at the beginning of a prompt. */
  static Instruction of(String prompt) {
    if (prompt.isEmpty()) {
      return NONE;
    }
    String text = prompt.length() > MOST_CHARS ? prompt.substring(0, MOST_CHARS) : prompt;
    Matcher matcher = OPTIONS.matcher(text);
    while (matcher.find()) {
      List<String> options = split(matcher.group(1));
      if (options.size() > 1) {
        return new Instruction(Task.CHOOSE, options, matcher.end());
      }
    }
    if (Words.mentions(text, "sentiment") || Words.mentions(text, "classif")) {
      return new Instruction(Task.SENTIMENT, List.of(), documentStart(text));
    }
    if (Words.mentions(text, "summar") || Words.mentions(text, "tl;dr")) {
      return new Instruction(Task.SUMMARY, List.of(), documentStart(text));
    }
    return NONE;
  }

  private static List<String> split(String list) {
    List<String> options = new ArrayList<>();
    for (String piece : BETWEEN.splitAsStream(list).toList()) {
      String option = piece.strip().replaceAll("^[\"'`(\\[{]+|[\"'`)\\]}]+$", "");
      if (options.isEmpty()) {
        option = FILLER.matcher(option).replaceFirst("");
      }
      if (option.length() > LONGEST_OPTION) {
        return List.of(); // prose, not a list
      }
      if (!option.isBlank()) {
        options.add(option);
      }
    }
    return options;
  }

  /** The index after the colon or line break that ends the instruction, or 0 if there is none. */
  private static int documentStart(String text) {
    for (int i = 0; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c == '\n' || (c == ':' && Character.isWhitespace(text.charAt(i + 1)))) {
        return i + 1;
      }
    }
    return 0;
  }
}
