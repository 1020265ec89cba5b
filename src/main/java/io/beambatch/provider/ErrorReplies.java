package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.beambatch.provider.ProviderException.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes exceptions of replies that are no success. */
final class ErrorReplies {
  private static final Pattern TITLE =
      Pattern.compile("<title[^>]*>([^<]*)<", Pattern.CASE_INSENSITIVE);
  private static final Set<String> OUT_OF_MONEY =
      Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_not_active");

  private final SafeText safe;
  private final Clock clock;

  ErrorReplies(SafeText safe, Clock clock) {
    this.safe = safe;
    this.clock = clock;
  }

  /**
   * What went wrong, and what to do.
   *
   * @param call such as {@code POST https://api.openai.com/v1/batches}
   * @param body its start at least; JSON of any of the known shapes, or anything else
   */
  ProviderException of(String call, int status, HttpHeaders headers, byte[] body) {
    JsonNode error = error(body);
    String code = Json.text(error, "code");
    String type = Json.text(error, "type");
    String said = safe.of(error.isMissingNode() ? plain(body) : message(error));
    Kind kind = kind(status, code, type, said);
    String requestId = requestId(headers);

    StringBuilder message = new StringBuilder(call).append(" was answered with ").append(status);
    String word = code == null ? type : code;
    if (word != null) {
      message.append(' ').append(safe.of(word));
    }
    if (!said.isEmpty()) {
      message.append(": ").append(said);
    }
    if (status / 100 == 3) {
      message.append(redirect(headers));
    }
    if (requestId != null) {
      message.append(" (request id ").append(requestId).append(')');
    }
    message.append(advice(kind));
    return new ProviderException(
        kind,
        status,
        code == null ? null : safe.of(code),
        requestId,
        RetryAfter.of(headers, clock),
        message.toString(),
        null);
  }

  @Nullable String requestId(HttpHeaders headers) {
    return headers
        .firstValue("x-request-id")
        .or(() -> headers.firstValue("apim-request-id"))
        .map(safe::of)
        .filter(id -> !id.isEmpty())
        .orElse(null);
  }

  private static Kind kind(int status, @Nullable String code, @Nullable String type, String said) {
    if (status == 402
        || (code != null && OUT_OF_MONEY.contains(code))
        || (type != null && OUT_OF_MONEY.contains(type))) {
      return Kind.INSUFFICIENT_QUOTA;
    }
    if (status == 400 && said.toLowerCase(Locale.ROOT).startsWith("cannot find file")) {
      return Kind.FILE_NOT_READY;
    }
    if (status == 401 || status == 403) {
      return Kind.UNAUTHORIZED;
    }
    if (status == 404) {
      return Kind.NOT_FOUND;
    }
    if (status == 409) {
      return Kind.CONFLICT;
    }
    return status == 408 || status == 429 || status >= 500
        ? Kind.UNAVAILABLE
        : Kind.INVALID_REQUEST;
  }

  private static String advice(Kind kind) {
    return switch (kind) {
      case UNAUTHORIZED -> "; check OPENAI_API_KEY, its rights, and the base URL";
      case INSUFFICIENT_QUOTA -> "; waiting does not help: check the account's plan and billing";
      default -> "";
    };
  }

  /** The object that describes the error, or a missing node if the body has none. */
  private static JsonNode error(byte[] body) {
    JsonNode root;
    try {
      root = Json.MAPPER.readTree(body);
    } catch (IOException notJson) {
      return MissingNode.getInstance();
    }
    for (JsonNode error : new JsonNode[] {root.path("error"), root.path("errors").path(0)}) {
      if (error.isObject() || error.isTextual()) {
        return error;
      }
    }
    return root.isObject() ? root : MissingNode.getInstance();
  }

  private static String message(JsonNode error) {
    if (error.isTextual()) {
      return error.asText();
    }
    for (String field : new String[] {"message", "detail", "title"}) {
      String text = Json.text(error, field);
      if (text != null) {
        return text;
      }
    }
    return "";
  }

  private static String plain(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8).strip();
    if (!text.startsWith("<")) {
      return text;
    }
    Matcher title = TITLE.matcher(text);
    return "a web page" + (title.find() ? " titled '" + title.group(1).strip() + "'" : "");
  }

  /** Names the host only: the rest of a location may be signed. */
  private String redirect(HttpHeaders headers) {
    String host;
    try {
      host = URI.create(headers.firstValue("location").orElse("")).getHost();
    } catch (IllegalArgumentException notAUrl) {
      host = null;
    }
    return (host == null ? ", a redirect" : ", a redirect to " + safe.of(host))
        + ", which is not followed: set request.base_url or OPENAI_BASE_URL to the API itself";
  }
}
