package io.beambatch.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import picocli.CommandLine.Option;

/** The option of a command that prints its result for people, or as JSON for programs. */
final class JsonOption {
  /** Writes the values that commands print. */
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  @Option(names = "--json", description = "Prints JSON.")
  private boolean given;

  boolean isGiven() {
    return given;
  }

  /** A value as JSON, each field on a line of its own. */
  static String text(Object value) throws JsonProcessingException {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
  }
}
