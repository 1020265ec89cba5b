package io.beambatch.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The codec of strings that contain JSON: in the document they are that JSON, on one line. */
final class JsonTextCodec implements ValueCodec {

  @Override
  public Set<Kind> kinds() {
    return EnumSet.allOf(Kind.class);
  }

  @Override
  public void write(@Nullable Object value, JsonGenerator out) throws IOException {
    String json = ValueCodec.present(value).toString();
    if (!wellFormed(json)) {
      throw new MismatchException("should be JSON, but is another text");
    }
    out.writeRawValue(onOneLine(json));
  }

  @Override
  public Object read(JsonSource in) throws IOException {
    return in.json();
  }

  private static boolean wellFormed(String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    try (JsonSource source = new JsonSource(bytes, 0, bytes.length)) {
      JsonParser parser = source.parser();
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** JSON strings contain no bare line ends, so all line ends are formatting. */
  private static String onOneLine(String json) {
    return json.indexOf('\n') < 0 && json.indexOf('\r') < 0
        ? json
        : json.replace('\n', ' ').replace('\r', ' ');
  }
}
