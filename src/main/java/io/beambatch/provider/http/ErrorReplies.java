package io.beambatch.provider.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import io.beambatch.provider.SafeText;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Turns unsuccessful replies into exceptions. */
final class ErrorReplies {
  private static final Pattern TITLE =
      Pattern.compile("<title[^>]*>([^<]*)<", Pattern.CASE_INSENSITIVE);

  // Keeps absurd numbers within the range of Duration and Instant.
  private static final BigDecimal LONGEST_MILLIS = BigDecimal.valueOf(Long.MAX_VALUE / 2);

  private final ApiAddress api;
  private final SafeText safe;
  private final Clock clock;

  ErrorReplies(ApiAddress api, SafeText safe, Clock clock) {
    this.api = api;
    this.safe = safe;
    this.clock = clock;
  }

  /**
   * An exception that says what went wrong, and what to do.
   *
   * @param call such as {@code POST https://api.openai.com/v1/batches}
   * @param body at least its start; JSON of any of the known shapes, or anything else
   */
  ProviderException of(String call, Response response, byte[] body) {
    int status = response.code();
    JsonNode error = error(body);
    String code = ReplyJson.text(error, "code");
    String type = ReplyJson.text(error, "type");
    String said = safe.of(error.isMissingNode() ? plain(body) : message(error));
    Kind known = api.errors().kind(new ErrorWords.Said(status, code, type, said));
    Kind kind = known == null ? kind(status, code) : known;
    String requestId = requestId(response);

    StringBuilder message = new StringBuilder(call).append(" was answered with ").append(status);
    String word = code == null ? type : code;
    if (word != null) {
      message.append(' ').append(safe.of(word));
    }
    if (!said.isEmpty()) {
      message.append(": ").append(said);
    }
    if (status / 100 == 3) {
      message.append(redirect(response));
    }
    if (requestId != null) {
      message.append(" (request id ").append(requestId).append(')');
    }
    message.append(advice(kind));
    Duration retryAfter = retryAfter(response);
    return new ProviderException(
        kind,
        new ReplyHead(status, code == null ? null : safe.of(code), requestId, retryAfter),
        message.toString());
  }

  @Nullable String requestId(Response response) {
    return Stream.of("x-request-id", "request-id", "apim-request-id")
        .flatMap(name -> Stream.ofNullable(response.header(name)))
        .findFirst()
        .map(safe::of)
        .filter(id -> !id.isEmpty())
        .orElse(null);
  }

  private static Kind kind(int status, @Nullable String code) {
    if (status == 402) {
      return Kind.INSUFFICIENT_QUOTA;
    }
    if (status == 401 || (status == 403 && (code == null || code.contains("api_key")))) {
      return Kind.UNAUTHORIZED;
    }
    if (status == 403) {
      return Kind.FORBIDDEN;
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

  private String advice(Kind kind) {
    return switch (kind) {
      case UNAUTHORIZED -> "; check " + api.keyVariable() + ", its rights, and the base URL";
      case FORBIDDEN -> "; the key was read, and the account or the place may not do this";
      case INSUFFICIENT_QUOTA -> "; waiting does not help: check the account's plan and billing";
      default -> "";
    };
  }

  /** The object that describes the error, or a missing node if the body has none. */
  private static JsonNode error(byte[] body) {
    JsonNode root;
    try {
      root = ReplyJson.parse(body);
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
      String text = ReplyJson.text(error, field);
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
  private String redirect(Response response) {
    String location = response.header("location");
    HttpUrl target = location == null ? null : response.request().url().resolve(location);
    String host = target == null ? null : target.host();
    return (host == null ? ", a redirect" : ", a redirect to " + safe.of(host))
        + ", which is not followed: set request.base_url or "
        + api.baseUrlVariable()
        + " to the API itself";
  }

  /**
   * Reads {@code retry-after-ms}, else {@code Retry-After} in seconds or as an HTTP date.
   *
   * @return a positive duration, or null if there is none that can be read
   */
  private @Nullable Duration retryAfter(Response response) {
    Duration wait = millis(response.header("retry-after-ms"), 1);
    if (wait == null) {
      wait = millis(response.header("retry-after"), 1000);
    }
    Instant until = response.headers().getInstant("retry-after");
    if (wait == null && until != null) {
      wait = Duration.between(clock.instant(), until);
    }
    return wait == null || wait.isNegative() || wait.isZero() ? null : wait;
  }

  private static @Nullable Duration millis(@Nullable String value, int factor) {
    try {
      BigDecimal millis =
          new BigDecimal(value == null ? "" : value.strip()).multiply(BigDecimal.valueOf(factor));
      return Duration.ofMillis((long) Math.ceil(millis.min(LONGEST_MILLIS).doubleValue()));
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }
}
