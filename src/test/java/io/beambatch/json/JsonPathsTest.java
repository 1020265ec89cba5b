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
