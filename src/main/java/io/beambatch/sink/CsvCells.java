package io.beambatch.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.json.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Converts JSON objects to the cells of a row: strings unchanged, numbers digit by digit, null and
 * missing fields as empty cells, objects and arrays as JSON.
 */
final class CsvCells {
  /**
   * Characters that start a formula, or are skipped before one, in Excel, LibreOffice and Sheets.
   */
  private static final String FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";

  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+([.,]\\d+)?([eE][+-]?\\d+)?");

  private final boolean escapeFormulas;
  private final Map<String, Integer> places = new HashMap<>();

  CsvCells(List<String> columns, boolean escapeFormulas) {
    this.escapeFormulas = escapeFormulas;
    columns.forEach(column -> places.put(column, places.size()));
  }

  /** The cells of one object; an {@link IOException} if it has a field without a column. */
  List<String> of(byte[] bytes, int from, int to) throws IOException {
    String[] cells = new String[places.size()];
    Arrays.fill(cells, "");
    try (JsonParser parser = Json.parser(bytes, from, to)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        Integer place = places.get(parser.currentName());
        if (place == null) {
          throw new IOException("field '" + parser.currentName() + "' is not among the columns");
        }
        parser.nextToken();
        cells[place] = cell(parser, bytes, from);
      }
    } catch (JsonProcessingException e) {
      // Its message, and so its trace, may show contents.
      throw new IOException("malformed JSON at byte " + e.getLocation().getByteOffset());
    }
    return Arrays.asList(cells);
  }

  /** The cell of a text. */
  String text(String text) {
    boolean formula =
        escapeFormulas
            && !text.isEmpty()
            && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0
            && !NUMBER.matcher(text).matches();
    return formula ? "'" + text : text;
  }

  private String cell(JsonParser parser, byte[] bytes, int from) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> "";
      case START_OBJECT, START_ARRAY -> {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        int end = (int) parser.currentLocation().getByteOffset();
        yield new String(bytes, from + start, end - start, UTF_8);
      }
      case VALUE_STRING -> text(parser.getText());
      default -> parser.getText();
    };
  }
}
