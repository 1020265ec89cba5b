package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The fields that a run adds to a document, which the next run must not take for its own. */
final class Leftovers {
  static final String BATCH = "_batch";
  static final String FAILURE = "_failure";

  private Leftovers() {}

  static boolean has(String field) {
    return field.equals(BATCH) || field.equals(FAILURE);
  }

  /**
   * A JSON object without such fields at its top; every other byte stays as it is.
   *
   * @param bytes hold a well-formed object between the two indices
   */
  static String cut(byte[] bytes, int from, int to) throws InvalidRecordException {
    List<Member> members = members(bytes, from, to);
    int closingBrace = to - 1;
    ByteArrayOutputStream kept = new ByteArrayOutputStream(to - from);
    kept.write('{');
    boolean commaAtEnd = false;
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      boolean last = i == members.size() - 1;
      if (!member.leftover()) {
        // A member reaches to the next one, the comma between them included.
        int end = last ? closingBrace : members.get(i + 1).start();
        kept.write(bytes, member.start(), end - member.start());
        commaAtEnd = !last;
      }
    }
    String text = kept.toString(UTF_8);
    return (commaAtEnd ? text.substring(0, text.lastIndexOf(',')) : text) + "}";
  }

  private static List<Member> members(byte[] bytes, int from, int to)
      throws InvalidRecordException {
    List<Member> members = new ArrayList<>();
    Json.parse(
        bytes,
        from,
        to,
        parser -> {
          parser.nextToken();
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            int start = (int) parser.currentTokenLocation().getByteOffset();
            members.add(new Member(from + start, has(parser.currentName())));
            parser.nextToken();
            parser.skipChildren();
          }
        });
    return members;
  }

  private record Member(int start, boolean leftover) {}
}
