package io.beambatch.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPathsTest {

  @Test
  void valuesAreFoundAsTheyAreWritten() throws Exception {
    assertThat(
            find(
                "{\"é\":\"\\u00e9\\\"\", \"a\" : [ 1.50 ,{\"b~/\":-1E+2} ],\"n\":null,\"t\":true}",
                "/é",
                "/a/0",
                "/a/1/b~0~1",
                "/a",
                "/a/2",
                "/n",
                "/t",
                "/t/x"))
        .containsExactly(
            "\"\\u00e9\\\"\"",
            "1.50",
            "-1E+2",
            "[ 1.50 ,{\"b~/\":-1E+2} ]",
            null,
            null,
            "true",
            null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}{}",
        "{\"a\":}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":[1,}",
        "nope",
        "[1"
      })
  void textThatIsNotOneValueIsAnError(String json) {
    assertThatThrownBy(() -> find(json, "/a", "/0")).isInstanceOf(JsonProcessingException.class);
  }

  @Property(tries = 300)
  void everyPointerLeadsWhereItLeadsInATree(@ForAll("trees") JsonNode tree) throws Exception {
    List<String> pointers = new ArrayList<>();
    collect(tree, "", pointers);
    // Not at the front of the buffer, as lines are not.
    byte[] buffer = ("xx" + tree + "xx").getBytes(StandardCharsets.UTF_8);

    @Nullable JsonSlice[] found =
        JsonPaths.of(pointers).find(JsonSlice.of(buffer, 2, buffer.length - 2));

    for (int i = 0; i < found.length; i++) {
      JsonNode expected = tree.at(pointers.get(i));
      if (expected.isNull()) {
        assertThat(found[i]).isNull();
      } else {
        assertThat(found[i].json()).isEqualTo(expected.toString());
        assertThat(found[i].text())
            .isEqualTo(expected.isTextual() ? expected.textValue() : expected.toString());
      }
    }
  }

  /** Jackson judges, from values with one piece that is replaced by another. */
  @Property(tries = 2000)
  void errorsAreThoseThatAParserFinds(
      @ForAll("trees") JsonNode tree,
      @ForAll @IntRange(max = 200) int from,
      @ForAll @IntRange(max = 3) int length,
      @ForAll("pieces") byte[] piece)
      throws Exception {
    byte[] json = ("[" + tree + ", 0 ,{\"b\":-1.5e+3}]").getBytes(StandardCharsets.UTF_8);
    int start = from % json.length;
    byte[] changed = new byte[json.length + piece.length];
    System.arraycopy(json, 0, changed, 0, start);
    System.arraycopy(piece, 0, changed, start, piece.length);
    int rest = Math.min(json.length, start + length);
    System.arraycopy(json, rest, changed, start + piece.length, json.length - rest);
    JsonSlice slice = JsonSlice.of(changed, 0, start + piece.length + json.length - rest);

    boolean isUtf8 = Arrays.equals(slice.json().getBytes(StandardCharsets.UTF_8), slice.bytes());
    if (!slice.wellFormed()) {
      assertThatThrownBy(() -> JsonPaths.of("").find(slice))
          .isInstanceOf(JsonProcessingException.class);
    } else if (isUtf8) { // The parser accepts some other bytes in names.
      assertThat(JsonPaths.of("").find(slice)[0].json()).isEqualTo(slice.json().strip());
    }
  }

  @Provide
  Arbitrary<byte[]> pieces() {
    Arbitrary<byte[]> tokens =
        Arbitraries.of(
                "", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u00e", "\\u00e9", "\\b", "\\x",
                "\0", "\t", " ", "-", "+", ".", "0", "01", "1", "e", "E5", "true", "nul", "null",
                "NaN", "é", "😀", "/*", "'")
            .map(text -> text.getBytes(StandardCharsets.UTF_8));
    return Arbitraries.oneOf(tokens, Arbitraries.bytes().array(byte[].class).ofMaxSize(4));
  }

  @Test
  void nestingIsLimited() throws Exception {
    String most = "[".repeat(1000) + "]".repeat(1000);
    assertThat(find(most, "/0/0")).containsExactly(most.substring(2, 1998));
    assertThatThrownBy(() -> find("[" + most + "]", "/1"))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Provide
  Arbitrary<JsonNode> trees() {
    JsonNodeFactory json = JsonNodeFactory.instance;
    Arbitrary<String> texts =
        Arbitraries.strings()
            .withChars('a', '"', '\\', '\n', '/', '~', '0', 'é', '\u4e2d', '\u0001')
            .ofMaxLength(4);
    Arbitrary<JsonNode> leaves =
        Arbitraries.oneOf(
            texts.map(json::textNode),
            Arbitraries.integers().map(json::numberNode),
            Arbitraries.of(json.nullNode(), json.booleanNode(true), json.numberNode(1.5)));
    return Arbitraries.recursive(
        () -> leaves,
        inner ->
            Arbitraries.oneOf(
                inner.list().ofMaxSize(3).map(items -> json.arrayNode().addAll(items)),
                Arbitraries.maps(texts, inner)
                    .ofMaxSize(3)
                    .map(fields -> json.objectNode().setAll(fields))),
        0,
        3);
  }

  private static void collect(JsonNode node, String at, List<String> pointers) {
    pointers.add(at);
    node.fields()
        .forEachRemaining(
            field -> {
              String name = field.getKey().replace("~", "~0").replace("/", "~1");
              collect(field.getValue(), at + "/" + name, pointers);
            });
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      collect(node.get(i), at + "/" + i, pointers);
    }
  }

  private static List<@Nullable String> find(String json, String... pointers) throws Exception {
    return Arrays.stream(JsonPaths.of(pointers).find(JsonSlice.of(json)))
        .map(slice -> slice == null ? null : slice.json())
        .toList();
  }
}
