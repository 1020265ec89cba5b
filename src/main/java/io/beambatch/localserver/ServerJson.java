package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Reads and writes JSON for the whole server. */
final class ServerJson {
  /** The longest string in a request, as in the real API. */
  static final int MAX_STRING = 10_485_760;

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_STRING).build())
          .build()
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

  static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY).build();

  /** Reads numbers so that they are written unchanged. */
  static final ObjectReader EXACT =
      MAPPER
          .reader()
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

  static {
    FACTORY.setCodec(MAPPER);
  }

  private ServerJson() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Writes JSON text with its own generator. */
  static String text(Writing writing) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      writing.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** Replaces a file atomically: readers see the old or the new content. */
  static void save(Path file, JsonNode content) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel = OwnFiles.open(next);
        OutputStream out = Channels.newOutputStream(channel)) {
      channel.truncate(0);
      out.write(MAPPER.writeValueAsBytes(content));
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Reads a file that {@link #save} wrote. */
  static ObjectNode load(Path file) throws IOException {
    return (ObjectNode) MAPPER.readTree(Files.readAllBytes(file));
  }

  /**
   * Reads the body of a call.
   *
   * @param unreadable the error if it is not a JSON object
   */
  static ObjectNode body(Context call, ApiError unreadable) throws IOException, ApiException {
    try {
      if (MAPPER.readTree(call.req().getInputStream()) instanceof ObjectNode body) {
        return body;
      }
    } catch (JsonProcessingException e) {
      // Reported below: the parser's message may quote the body.
    }
    throw new ApiException(unreadable);
  }

  /** Writes one value. */
  @FunctionalInterface
  interface Writing {
    void writeTo(JsonGenerator out) throws IOException;
  }
}
