package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads the body of a create call with requests as it arrives, and writes them to a file, a line
 * each. An oversize body is read to its end, so that the client receives the reply.
 */
final class RequestsBody {
  private static final Pattern CUSTOM_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

  private final int maxRequests;
  private final long maxBytes;
  private final LineRequestReader.Names names;
  private final Set<String> heads;
  private final Set<String> customIds = new HashSet<>();

  /**
   * @param heads the fields that may precede the requests
   */
  RequestsBody(BatchFormat format, LocalServerSettings settings, Set<String> heads) {
    this.maxRequests = format.traits().maxRequests(settings);
    this.maxBytes = format.traits().maxBytes(settings);
    this.names = format.traits().names();
    this.heads = heads;
  }

  /**
   * The content of a body.
   *
   * @param head the fields before the requests
   * @param requests their number
   */
  record Posted(ObjectNode head, int requests) {}

  /** Reads the whole body. */
  Posted read(InputStream body, Path target) throws IOException, ApiException {
    CountedStream counted = new CountedStream(body);
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(target));
        JsonParser in = ServerJson.FACTORY.createParser(counted);
        JsonGenerator out = ServerJson.FACTORY.createGenerator(file)) {
      out.setRootValueSeparator(null);
      Posted posted = read(in, out);
      int requests = posted.requests();
      if (counted.bytes > maxBytes) {
        throw new ApiException(
            ApiError.of(413, "Request exceeds the maximum size of " + maxBytes + " bytes", null));
      }
      if (requests > maxRequests) {
        throw invalid(
            "requests: List should have at most %d items after validation, not %d"
                .formatted(maxRequests, requests));
      }
      if (requests == 0) {
        throw invalid("requests: List should have at least 1 item after validation, not 0");
      }
      return posted;
    } catch (JsonProcessingException e) {
      throw invalid("The request body is not valid JSON: " + e.getOriginalMessage());
    } catch (ApiException e) {
      body.transferTo(OutputStream.nullOutputStream());
      throw e;
    }
  }

  private Posted read(JsonParser in, JsonGenerator out) throws IOException, ApiException {
    if (in.nextToken() != JsonToken.START_OBJECT) {
      throw invalid("The request body must be a JSON object");
    }
    ObjectNode head = ServerJson.object();
    int requests = -1;
    String field;
    while ((field = in.nextFieldName()) != null) {
      in.nextToken();
      if (field.equals("requests")) {
        requests = requests(in, out);
      } else if (!heads.contains(field)) {
        throw invalid(field + ": Extra inputs are not permitted");
      } else if (requests >= 0) {
        throw invalid("requests: must be the last field, and " + field + " comes after it");
      } else {
        head.set(field, in.readValueAsTree());
      }
    }
    if (requests < 0) {
      throw invalid("requests: Field required");
    }
    return new Posted(head, requests);
  }

  private int requests(JsonParser in, JsonGenerator out) throws IOException, ApiException {
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw invalid("requests: Input should be a valid list");
    }
    int count = 0;
    while (in.nextToken() != JsonToken.END_ARRAY) {
      if (count < maxRequests) {
        request("requests." + count, in, out);
      } else {
        in.skipChildren();
      }
      count++;
    }
    return count;
  }

  private void request(String place, JsonParser in, JsonGenerator out)
      throws IOException, ApiException {
    if (in.currentToken() != JsonToken.START_OBJECT) {
      throw invalid(place + ": Input should be a valid dictionary");
    }
    String customId = null;
    boolean hasBody = false;
    out.writeStartObject();
    String field;
    while ((field = in.nextFieldName()) != null) {
      JsonToken value = in.nextToken();
      if (field.equals(names.id())) {
        customId = value == JsonToken.VALUE_STRING ? in.getText() : "";
        out.writeStringField(field, customId);
      } else if (!field.equals(names.body())) {
        throw invalid(place + "." + field + ": Extra inputs are not permitted");
      } else if (value != JsonToken.START_OBJECT) {
        throw invalid(place + "." + field + ": Input should be a valid dictionary");
      } else {
        hasBody = true;
        out.writeFieldName(field);
        out.copyCurrentStructure(in);
      }
    }
    out.writeEndObject();
    out.writeRaw('\n');
    if (customId == null) {
      throw invalid(place + ".custom_id: Field required");
    }
    if (!CUSTOM_ID.matcher(customId).matches()) {
      throw invalid(place + ".custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
    }
    if (!customIds.add(customId)) {
      throw invalid(place + ".custom_id: custom_id must be unique within a batch");
    }
    if (!hasBody) {
      throw invalid(place + "." + names.body() + ": Field required");
    }
  }

  private static ApiException invalid(String message) {
    return new ApiException(ApiError.invalid(message, null, null));
  }

  private static final class CountedStream extends FilterInputStream {
    private long bytes;

    CountedStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      bytes += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      bytes += Math.max(0, read);
      return read;
    }

    @Override
    public void close() {
      // The server closes it.
    }
  }
}
