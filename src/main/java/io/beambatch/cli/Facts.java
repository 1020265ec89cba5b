package io.beambatch.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A list of names, each with a value beside it. */
final class Facts {
  private static final int COLUMN = 19;

  private record Fact(String name, String value) {
    String text(int column, String shown) {
      return name + " ".repeat(Math.max(1, column - name.length())) + shown + "\n";
    }
  }

  private final List<Fact> facts = new ArrayList<>();

  /**
   * Adds a line.
   *
   * @param value spaces at its beginning indent it
   */
  void add(String name, String value) {
    facts.add(new Fact(name, value));
  }

  /** Adds what another list has. */
  void add(Facts others) {
    facts.addAll(others.facts);
  }

  @Override
  public String toString() {
    return facts.stream()
        .map(fact -> fact.text(COLUMN, fact.value()))
        .collect(Collectors.joining());
  }

  /** The same, with values that are too wide for a terminal folded within their column. */
  String folded() {
    return facts.stream().map(Facts::folded).collect(Collectors.joining());
  }

  private static String folded(Fact fact) {
    String words = fact.value().stripLeading();
    int column =
        Math.max(COLUMN, fact.name().length() + 1) + fact.value().length() - words.length();
    return fact.text(column, Folding.folded(words, column));
  }
}
