package io.beambatch.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.beambatch.json.Json;
import io.beambatch.provider.ProviderException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Joins paged results into one stream of lines. One result is in memory at a time. If a page breaks
 * off, or a cursor is repeated, reading throws an {@link IOException}; the stream is never silently
 * cut short.
 */
final class ResultPages extends InputStream {
  /** The maximum number of results in a page. */
  static final int SIZE = 500;

  static final ObjectMapper JSON = Json.mapper(1_000).build();

  private final Source source;
  private final Set<String> cursors = new HashSet<>();
  private @Nullable Response page;
  private @Nullable JsonParser in;
  private @Nullable String next;
  private byte[] line = new byte[0];
  private int position;
  private boolean over;

  ResultPages(Source source) {
    this.source = source;
  }

  /** Opens a page by its cursor; null for the first. */
  @FunctionalInterface
  interface Source {
    Response open(@Nullable String cursor) throws ProviderException;
  }

  /** Opens the first page, so that missing results are reported at once. */
  void begin() throws ProviderException {
    page = source.open(null);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (position == line.length && !over) {
      advance();
    }
    if (position == line.length) {
      return length == 0 ? 0 : -1;
    }
    int count = Math.min(length, line.length - position);
    System.arraycopy(line, position, buffer, offset, count);
    position += count;
    return count;
  }

  /** Advances to the next result, or to the next page. */
  private void advance() throws IOException {
    try {
      JsonParser parser = in == null ? openPage() : in;
      if (parser.nextToken() != JsonToken.END_ARRAY) {
        line = line(parser);
        position = 0;
        return;
      }
      endPage(parser);
    } catch (JsonProcessingException e) {
      // No cause: its message may quote the reply.
      throw new IOException("a page of results can't be read, or broke off: download it again");
    }
  }

  private JsonParser openPage() throws IOException {
    if (page == null) {
      try {
        page = source.open(next);
      } catch (ProviderException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
    JsonParser parser = JSON.createParser(page.body().byteStream());
    in = parser;
    next = null;
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("a page of results is not an object");
    }
    if (!toData(parser)) {
      throw new IOException("a page of results has no list of them");
    }
    return parser;
  }

  /** Reads up to the list, or to the end of the page; records the next page's cursor. */
  private boolean toData(JsonParser parser) throws IOException {
    String field;
    while ((field = parser.nextFieldName()) != null) {
      JsonToken value = parser.nextToken();
      if (field.equals("data") && value == JsonToken.START_ARRAY) {
        return true;
      }
      if (field.equals("next_cursor") && value == JsonToken.VALUE_STRING) {
        next = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
    return false;
  }

  private void endPage(JsonParser parser) throws IOException {
    if (toData(parser) || parser.currentToken() != JsonToken.END_OBJECT) {
      throw new IOException("a page of results has several lists, or broke off");
    }
    close();
    over = next == null;
    if (next != null && !cursors.add(next)) {
      throw new IOException("the pages of results lead back to an earlier one");
    }
  }

  private static byte[] line(JsonParser parser) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(JSON.writeValueAsBytes(JSON.readTree(parser)));
    bytes.write('\n');
    return bytes.toByteArray();
  }

  @Override
  public void close() throws IOException {
    if (in != null) {
      in.close();
      in = null;
    }
    if (page != null) {
      page.close();
      page = null;
    }
  }
}
