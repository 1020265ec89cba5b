package io.beambatch.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.document.Document;
import io.beambatch.job.RequestSpec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTokensTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** What a request with an empty text costs. */
  private static final long FRAME = 7;

  private static final String CHAT =
      """
      {"messages":[{"content":[{"type":"image_url","image_url":
        {"url":"data:image/png;base64,{{image}}","detail":"{{detail}}"}}]}]}
      """;

  @ParameterizedTest
  @CsvSource({
    // The examples of OpenAI's guide, and bills that users measured.
    "gpt-4o, png, 1024, 1024, high, 765",
    "gpt-4o, png, 2048, 4096, high, 1105",
    "gpt-4o, jpg, 4096, 8192, low, 85",
    "gpt-4o, gif, 128, 64, auto, 255",
    "gpt-4.1-2025-04-14, png, 2049, 513, high, 1445",
    "gpt-4.1, png, 2050, 513, high, 765",
    "gpt-4o-mini, png, 128, 64, low, 2833",
    "gpt-4o-mini-2024-07-18, png, 128, 64, high, 8500",
    "o3, png, 128, 64, high, 225",
    "gpt-5, jpg, 1024, 1024, high, 630",
    "gpt-4.1-mini, png, 1024, 1024, high, 1659",
    "gpt-4.1-mini, jpg, 1800, 2400, high, 2353",
    "ft:gpt-4.1-nano:acme::x, gif, 1024, 1024, high, 2520",
    "openai/o4-mini, png, 1024, 1024, low, 1762",
    "gpt-5.4, png, 1024, 1024, low, 308",
    "gpt-5.4, png, 3200, 3200, high, 3000",
    "gpt-5.4, png, 3200, 3200, original, 12000",
  })
  void anImageCostsWhatTheProviderSaysForItsSizeAndDetail(
      String model, String format, int width, int height, String detail, long tokens)
      throws Exception {
    ObjectNode document = JSON.createObjectNode();
    document.put("image", base64(image(format, width, height))).put("detail", detail);

    assertThat(render(model, 0, CHAT, document) - FRAME).isEqualTo(tokens);
  }

  @ParameterizedTest
  @CsvSource({
    "UklGRloeAABXRUJQVlA4IE4eAABwkwOdASoIB2AJP83m8XO/uDOsoAgD8DmJaW7hd2EbQAnsA99snIe+, 1452",
    "UklGRtwAAABXRUJQVlA4TM8AAAAvB8dXAgdQgVQIIAAKmv7HAFCk//8pov+p//3vf//73//+97///e9/, 1452",
    "UklGRtIAAABXRUJQVlA4WAoAAAAQAAAAKwEAxwAAQUxQSBIAAAARB9CEiAgAKNL//xTR/9T/rwFWUDgg, 70",
  })
  void webpOfEachKindIsMeasured(String webpOfPillow, long patches) throws Exception {
    ObjectNode document = JSON.createObjectNode().put("image", webpOfPillow).put("detail", "high");

    assertThat(render("gpt-4.1-mini", 0, CHAT, document) - FRAME)
        .isEqualTo((long) Math.ceil(patches * 1.62));
  }

  @ParameterizedTest
  @CsvSource({"gpt-4o, 1445", "gpt-4.1-mini, 2489", "llama-4-scout, 3000"})
  void anImageOfUnknownSizeCountsAsTheMost(String model, long most) throws Exception {
    String url =
        "{\"input\":[{\"content\":[{\"type\":\"input_image\",\"image_url\":\"{{url}}\"}]}]}";

    for (String found :
        new String[] {
          "https://example.com/a.png",
          "data:image/png;base64,AAAA",
          "data:image/png;base64,",
          "data:image/png;base64,!!",
          "data:image/svg+xml,<svg/>",
          "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAAAAAAA"
        }) {
      assertThat(render(model, 0, url, JSON.createObjectNode().put("url", found)) - FRAME)
          .as(found)
          .isEqualTo(most);
    }
  }

  @Test
  void theJobsNumberStandsForEveryImage() throws Exception {
    ObjectNode document = JSON.createObjectNode().put("image", base64(image("png", 9, 9)));
    document.put("detail", "low");

    assertThat(render("gpt-4o", 321, CHAT, document) - FRAME).isEqualTo(321);
  }

  @Test
  void imagesWithinTheValueOfAFieldCountAsImages() throws Exception {
    ObjectNode document = JSON.createObjectNode();
    ObjectNode message = document.putArray("messages").addObject().put("role", "user");
    message.putArray("content").addObject().put("type", "text").put("text", "What is this?");
    long text = render("gpt-4o", 0, "{\"messages\":{\"$field\":\"messages\"}}", document);
    ObjectNode part = message.withArray("content").addObject().put("type", "image_url");
    part.putObject("image_url")
        .put("url", "data:image/jpeg;base64," + base64(image("jpg", 1024, 1024)));

    assertThat(render("gpt-4o", 0, "{\"messages\":{\"$field\":\"messages\"}}", document) - text)
        .isBetween(765L, 770L);
  }

  @Test
  void anImageOfTheJobFileCountsForEachDocument() throws Exception {
    String body =
        CHAT.replace("{{image}}", base64(image("png", 1024, 1024))).replace("{{detail}}", "high");

    assertThat(render("gpt-4o", 0, body, JSON.createObjectNode()) - FRAME).isEqualTo(765);
  }

  @Test
  void soundCostsBySeconds() throws Exception {
    byte[] tenSeconds = new byte[10 * 2 * 16_000];
    ByteArrayOutputStream wav = new ByteArrayOutputStream();
    AudioFormat format = new AudioFormat(16_000, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(tenSeconds), format, tenSeconds.length / 2),
        AudioFileFormat.Type.WAVE,
        wav);
    String body =
        """
        {"messages":[{"content":[{"type":"input_audio","input_audio":
          {"data":"{{sound}}","format":"wav"}}]}]}
        """;

    assertThat(
            render(
                    "gpt-4o-audio-preview",
                    0,
                    body,
                    JSON.createObjectNode().put("sound", base64(wav.toByteArray())))
                - FRAME)
        .isBetween(100L, 101L);
  }

  @Test
  void aPdfCostsByPagesAndATextByItsWords() throws Exception {
    String body =
        "{\"input\":[{\"content\":[{\"type\":\"input_file\",\"file_data\":\"{{file}}\"}]}]}";
    String pdf =
        "%PDF-1.4\n"
            + "<</Type/Pages/Count 3>>"
            + "<</Type/Page/A 1>><</Type /Page>>".repeat(1)
            + "x".repeat(200_000)
            + "<< /Type\n/Page >>";
    String text = "one two three four five ".repeat(50);

    assertThat(file(body, "application/pdf", pdf)).isEqualTo(3 * (500 + 765));
    assertThat(file(body, "application/pdf", "%PDF-1.7\n" + "x".repeat(500_000)))
        .isEqualTo(10 * (500 + 765));
    assertThat(file(body, "text/plain", text)).isBetween(250L, 252L);
    assertThat(file(body, "application/zip", "x".repeat(1200))).isEqualTo(100);
  }

  @Test
  void aSchemaThatNamesAnImageIsNone() throws Exception {
    String body =
        """
        {"tools":[{"type":"function","parameters":{"type":"object","properties":
          {"image_url":{"type":"string"},"file":{"type":"object"}}}}]}
        """;

    assertThat(render("gpt-4o", 0, body, JSON.createObjectNode())).isLessThan(30);
  }

  private static long file(String body, String type, String content) throws Exception {
    String url =
        "data:" + type + ";base64," + base64(content.getBytes(StandardCharsets.ISO_8859_1));
    return render("gpt-4o", 0, body, JSON.createObjectNode().put("file", url)) - FRAME;
  }

  private static long render(String model, long fixed, String body, ObjectNode document)
      throws Exception {
    RequestSpec spec =
        new RequestSpec(
            RequestSpec.Provider.OPENAI,
            null,
            "/v1/chat/completions",
            model,
            (ObjectNode) JSON.readTree(body));
    Request request =
        new RequestTemplate(spec, fixed).render(new Document("1", document.toString()));
    assertThat(JSON.readTree(request.body()).path("model").asText()).isEqualTo(model);
    return request.tokens();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] image(String format, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_BINARY);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, file)).isTrue();
    return file.toByteArray();
  }
}
