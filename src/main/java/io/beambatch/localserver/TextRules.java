package io.beambatch.localserver;

import java.util.List;
import java.util.Locale;

/** Answers in plain words. It caches the task of the last system message. */
final class TextRules {
  private static final int SUMMARY_CHARS = 300;
  private static final int EXTRACT_WORDS = 12;

  private String lastSystem = "";
  private Instruction lastInstruction = Instruction.of("");

  /** Answers the last user message as the system message, or else the user, asks. */
  String answer(String system, String user) {
    Instruction instruction = ofSystem(system);
    String document = user;
    if (instruction.task() == Instruction.Task.EXTRACT) {
      instruction = Instruction.of(user);
      document = user.substring(instruction.end());
    }
    return switch (instruction.task()) {
      case CHOOSE -> choose(instruction.options(), document.isBlank() ? user : document);
      case SENTIMENT -> Words.sentiment(document);
      case SUMMARY -> Words.firstSentences(document.strip(), SUMMARY_CHARS);
      case EXTRACT -> "In short: " + Words.firstWords(document, EXTRACT_WORDS);
    };
  }

  /**
   * The option that the text names; for sentiments, the fitting one; otherwise one by the text's
   * hash.
   */
  static String choose(List<String> options, String text) {
    for (String option : options) {
      if (!sentimentWord(option) && Words.contains(text, option)) {
        return option;
      }
    }
    String sentiment = Words.sentiment(text);
    for (String option : options) {
      if (option.equalsIgnoreCase(sentiment)) {
        return option;
      }
    }
    return options.get(Math.floorMod(text.hashCode(), options.size()));
  }

  private static boolean sentimentWord(String option) {
    return switch (option.toLowerCase(Locale.ROOT)) {
      case "positive", "negative", "neutral" -> true;
      default -> false;
    };
  }

  private Instruction ofSystem(String system) {
    if (!system.equals(lastSystem)) {
      lastInstruction = Instruction.of(system);
      lastSystem = system;
    }
    return lastInstruction;
  }
}
