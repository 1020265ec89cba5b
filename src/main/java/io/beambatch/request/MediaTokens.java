package io.beambatch.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the prompt tokens of the parts of a request that are not text: images, audio and files.
 * Their size in pixels, seconds and pages matters, not the length of their Base64.
 */
final class MediaTokens {
  private static final Set<String> TYPES =
      Set.of("image_url", "input_image", "input_audio", "file", "input_file", "video_url");

  /** OpenAI counts a token per tenth of a second of audio. */
  private static final long TOKENS_PER_SECOND = 10;

  /** A page is sent as its text and as an image. */
  private static final long TEXT_OF_A_PAGE = 500;

  private static final ImageSize PAGE = new ImageSize(816, 1056);

  /** For a PDF whose pages can't be counted, because its objects are compressed. */
  private static final long BYTES_PER_PAGE = 50_000;

  /** For office documents, which are compressed. */
  private static final long BYTES_PER_TOKEN = 12;

  private static final long BYTES_OF_AUDIO_PER_SECOND = 16_000; // 128 kbit/s
  private static final int WAV_HEADER = 32;
  private static final int WAV_BYTE_RATE = 28;

  private final ImageRule rule;
  private final long fixed;
  private final TokenEstimator texts;

  /**
   * Estimates the requests of a job.
   *
   * @param fixed the tokens of each image, or 0 to use the model's rule
   */
  MediaTokens(String model, long fixed, TokenEstimator texts) {
    this.rule = ImageRule.of(model);
    this.fixed = fixed;
    this.texts = texts;
  }

  /**
   * Returns whether an object of a request, or of its template, represents something other than
   * text.
   */
  static boolean isPart(JsonNode node) {
    if (!node.isObject()) {
      return false;
    }
    JsonNode url = node.path("image_url");
    return TYPES.contains(node.path("type").asText())
        || url.isTextual()
        || url.path("url").isTextual()
        || node.path("input_audio").path("data").isTextual()
        || content(node) != null;
  }

  /** The tokens of a value: of its texts and its JSON as text, and of the media parts in it. */
  long of(JsonNode value, String json) {
    if (!hasPart(value)) {
      return texts.estimate(json);
    }
    long[] media = new long[1];
    JsonNode rest = withoutParts(value, media);
    return media[0] + texts.estimate(rest.toString());
  }

  private static boolean hasPart(JsonNode value) {
    if (isPart(value)) {
      return true;
    }
    for (JsonNode child : value) {
      if (child.isContainerNode() && hasPart(child)) {
        return true;
      }
    }
    return false;
  }

  /** The tokens of a media part. */
  long of(JsonNode part) {
    JsonNode audio = part.path("input_audio");
    if (audio.isObject()) {
      return audio(audio.path("data").asText());
    }
    String content = content(part);
    if (content != null) {
      return file(content);
    }
    String type = part.path("type").asText();
    if (type.equals("file") || type.equals("input_file")) {
      return page(); // a reference: only its existence is known
    }
    JsonNode image = part.path(type.equals("video_url") ? type : "image_url");
    String detail = image.path("detail").asText(part.path("detail").asText());
    return image(DataUrl.of(image.path("url").asText(image.asText())), detail);
  }

  private JsonNode withoutParts(JsonNode value, long[] media) {
    if (isPart(value)) {
      media[0] += of(value);
      return JsonNodeFactory.instance.objectNode();
    }
    if (value.isObject()) {
      ObjectNode rest = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        rest.set(field.getKey(), withoutParts(field.getValue(), media));
      }
      return rest;
    }
    if (value.isArray()) {
      ArrayNode rest = JsonNodeFactory.instance.arrayNode();
      value.forEach(element -> rest.add(withoutParts(element, media)));
      return rest;
    }
    return value;
  }

  private long image(@Nullable DataUrl data, String detail) {
    if (fixed > 0) {
      return fixed;
    }
    ImageSize size = data == null ? null : ImageSize.of(data.open());
    return rule.tokens(size, detail.toLowerCase(Locale.ROOT));
  }

  private static @Nullable String content(JsonNode part) {
    JsonNode inner = part.path("file").isObject() ? part.path("file") : part;
    return inner.path("file_data").isTextual() ? inner.path("file_data").textValue() : null;
  }

  private long file(String content) {
    DataUrl found = DataUrl.of(content);
    DataUrl data = found == null ? new DataUrl("", content, 0) : found;
    if (data.type().startsWith("image/")) {
      return image(data, "");
    }
    if (data.type().startsWith("audio/")) {
      return audio(data);
    }
    if (data.type().startsWith("text/") || data.type().equals("application/json")) {
      byte[] text = data.head((int) Math.min(Integer.MAX_VALUE / 2, data.bytes()));
      return texts.estimate(new String(text, StandardCharsets.UTF_8));
    }
    if (new String(data.head(5), StandardCharsets.ISO_8859_1).equals("%PDF-")) {
      long pages = PdfPages.count(data);
      return page() * (pages > 0 ? pages : Math.max(1, data.bytes() / BYTES_PER_PAGE));
    }
    return Math.max(1, data.bytes() / BYTES_PER_TOKEN);
  }

  private long page() {
    return TEXT_OF_A_PAGE + (fixed > 0 ? fixed : rule.tokens(PAGE, "high"));
  }

  private static long audio(String base64) {
    DataUrl url = DataUrl.of(base64);
    return audio(url == null ? new DataUrl("", base64, 0) : url);
  }

  private static long audio(DataUrl data) {
    byte[] head = data.head(WAV_HEADER);
    long perSecond = BYTES_OF_AUDIO_PER_SECOND;
    if (head.length == WAV_HEADER && head[0] == 'R' && head[8] == 'W') {
      long rate = 0;
      for (int i = 3; i >= 0; i--) {
        rate = (rate << 8) | (head[WAV_BYTE_RATE + i] & 0xFF);
      }
      perSecond = rate > 0 ? rate : perSecond;
    }
    return Math.max(1, data.bytes() * TOKENS_PER_SECOND / perSecond);
  }
}
