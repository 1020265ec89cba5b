package io.beambatch.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.document.Document;
import io.beambatch.job.RequestSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RequestTemplateTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Test
  void constantsPassThroughAndFieldsAreFilledIn() throws Exception {
    assertThat(
            render(
                "{'temperature':0.0,'messages':[{'role':'user','content':'Say: {{text}}!'}]}",
                "{'text':'h\\u00e4 \\\"x\\\" <b>&'}"))
        .isEqualTo(
            JSON.readTree(
                "{\"model\":\"m\",\"temperature\":0.0,"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"Say: hä \\\"x\\\" <b>&!\"}]}"));
  }

  @Test
  void nestedFieldsAndNumbersKeepTheirText() throws Exception {
    assertThat(
            render(
                    "{'prompt':'{{a.b}} {{n}} {{big}} {{t}} {{list}}'}",
                    "{'a':{'b':'x'},'n':1.00,'big':12345678901234567890123,'t':true,'list':[1,{'k':'v'}]}")
                .path("prompt")
                .textValue())
        .isEqualTo("x 1.00 12345678901234567890123 true [1,{\"k\":\"v\"}]");
  }

  @Test
  void sectionsWalkArrays() throws Exception {
    assertThat(
            render(
                    "{'prompt':'{{#tags}}<{{name}}>{{/tags}}'}",
                    "{'tags':[{'name':'a'},{'name':'b'}]}")
                .path("prompt")
                .textValue())
        .isEqualTo("<a><b>");
  }

  @Test
  void aMissingFieldIsNamedTogetherWithThoseThatAreThere() {
    assertThatThrownBy(() -> render("{'prompt':'{{text}}'}", "{'txt':'secret','id':1}"))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("'text'")
        .hasMessageContaining("txt, id")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aNestedFieldThatIsMissingIsNamed() {
    assertThatThrownBy(() -> render("{'prompt':'{{a.b}}'}", "{'a':{'c':1}}"))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("a.b");
  }

  @Test
  void aFieldThatIsNullIsAnErrorThatSaysSo() {
    assertThatThrownBy(() -> render("{'prompt':'{{text}}'}", "{'text':null}"))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("null");
  }

  @Test
  void halfASurrogatePairCanNotBeSent() {
    assertThatThrownBy(() -> render("{'prompt':'{{text}}'}", "{'text':'a\\ud83d'}"))
        .isInstanceOf(RenderException.class)
        .hasMessageContaining("surrogate");
  }

  @Test
  void fieldStandsForItsJsonValueWithAllItsDigits() throws Exception {
    String body =
        new RequestTemplate(
                spec(
                    "/v1/chat/completions",
                    "{'messages':{'$field':'chat.turns'},'seed':{'$field':'n'}}"),
                0)
            .render(
                new Document(
                    "1",
                    "{\"chat\":{\"turns\":[{\"role\":\"user\",\"content\":\"a \\\"b\\\"\\u2028\"},{},[]]},"
                        + "\"n\":12345678901234567890.10}"))
            .body();

    assertThat(body)
        .isEqualTo(
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a \\\"b\\\"\\u2028\"},"
                + "{},[]],\"seed\":12345678901234567890.10}");
  }

  @Test
  void fieldWhoseValueIsMissingOrNullIsNamed() {
    for (String document : new String[] {"{'other':1}", "{'chat':null}"}) {
      assertThatThrownBy(() -> render("{'messages':{'$field':'chat'}}", document))
          .isInstanceOf(RenderException.class)
          .hasMessageContaining("the request needs the field 'chat'");
    }
  }

  @Test
  void valueOfAFieldWeighsAsManyInputsAsItHas() throws Exception {
    RequestTemplate template =
        new RequestTemplate(spec("/v1/embeddings", "{'input':{'$field':'texts'}}"), 0);

    assertThat(template.render(new Document("1", "{\"texts\":[\"a\",\"b\"]}")).weight())
        .isEqualTo(2);
    assertThat(template.render(new Document("1", "{\"texts\":\"a\"}")).weight()).isEqualTo(1);
  }

  @Test
  void whatSomeReadersTakeForALinesEndIsEscaped() throws Exception {
    String body =
        new RequestTemplate(
                spec("/v1/chat/completions", "{'a\u2028':'\u0085','prompt':'\u2029{{text}}'}"), 0)
            .render(new Document("1", "{\"text\":\"x\u2028\\n\u0085y\u2029\"}"))
            .body();

    assertThat(body)
        .isEqualTo(
            "{\"model\":\"m\",\"a\\u2028\":\"\\u0085\","
                + "\"prompt\":\"\\u2029x\\u2028\\n\\u0085y\\u2029\"}");
  }

  private static RequestSpec spec(String endpoint, String body) throws IOException {
    return new RequestSpec(
        RequestSpec.Provider.OPENAI,
        null,
        endpoint,
        "m",
        (ObjectNode) JSON.readTree(body.replace('\'', '"')));
  }

  @Test
  void anArrayOfEmbeddingInputsWeighsAsManyAsItHas() throws Exception {
    ObjectNode body = (ObjectNode) JSON.readTree("{\"input\":[\"{{a}}\",\"{{b}}\",\"c\"]}");
    RequestTemplate template =
        new RequestTemplate(
            new RequestSpec(
                RequestSpec.Provider.OPENAI,
                null,
                "/v1/embeddings",
                "text-embedding-3-small",
                body),
            0);
    assertThat(template.render(new Document("1", "{\"a\":\"x\",\"b\":\"y\"}")).weight())
        .isEqualTo(3);
  }

  @Property
  void anyTextArrivesAsItIs(@ForAll String text) throws Exception {
    // Encoding replaces halves of surrogate pairs, which can't be sent.
    String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    String document = JSON.writeValueAsString(JSON.createObjectNode().put("text", clean));
    Document source = new Document("1", document);
    ObjectNode body = (ObjectNode) JSON.readTree("{\"prompt\":\"{{text}}\"}");
    Request request =
        new RequestTemplate(
                new RequestSpec(
                    RequestSpec.Provider.OPENAI, null, "/v1/completions", "gpt-4o-mini", body),
                0)
            .render(source);
    assertThat(JSON.readTree(request.body()).path("prompt").textValue()).isEqualTo(clean);
    assertThat(request.body()).doesNotContain("\n");
  }

  private static JsonNode render(String body, String document) throws RenderException, IOException {
    RequestTemplate template =
        new RequestTemplate(
            new RequestSpec(
                RequestSpec.Provider.OPENAI,
                null,
                "/v1/chat/completions",
                "m",
                (ObjectNode) JSON.readTree(body.replace('\'', '"'))),
            0);
    return JSON.readTree(template.render(new Document("1", document.replace('\'', '"'))).body());
  }
}
