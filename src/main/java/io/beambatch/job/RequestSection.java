package io.beambatch.job;

import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Scalar;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.SafeText;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the section {@code request}: the provider, its address and headers. {@link
 * RequestBodySection} reads what is asked.
 */
final class RequestSection {
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]{1,512}");
  private static final Set<String> CLIENTS_OWN =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "transfer-encoding",
          "connection",
          "accept",
          "accept-encoding",
          "user-agent");

  private final Section section;
  private final Problems problems;
  private final RequestSpec.Provider provider;

  private RequestSection(Section section, Problems problems) {
    this.section = section;
    this.problems = problems;
    this.provider = section.oneOf("provider", RequestSpec.Provider.OPENAI);
  }

  /**
   * Reads the section.
   *
   * @param file the job file; a schema's relative path starts at its folder
   */
  static RequestSpec read(Section section, String file, Problems problems) {
    return new RequestSection(section, problems).read(file);
  }

  private RequestSpec read(String file) {
    String model = section.requiredText("model", "the model's name, such as gpt-4o-mini");
    if (model.contains("{{")) {
      Capabilities can = provider.capabilities();
      section.problem(
          "model",
          can.mixedModels()
              ? "can't be a template: a job has one model, although a batch of "
                  + can.name()
                  + " may have several; make a job for each"
              : "can't be a template: a batch has one model");
    }
    String endpoint = endpoint();
    return new RequestSpec(
        provider,
        baseUrl(),
        headers(),
        endpoint,
        model,
        new RequestBodySection(section, provider.api(), endpoint, problems).read(model, file));
  }

  /** Older APIs of Azure name their endpoints without {@code /v1}. */
  private String endpoint() {
    List<String> paths = provider.api().endpoints().stream().map(Endpoint::path).toList();
    Optional<YamlValue> value = section.value("endpoint");
    if (value.isEmpty()) {
      return paths.get(0);
    }
    if (value.get() instanceof Scalar scalar && paths.contains("/v1" + scalar.text())) {
      return scalar.text();
    }
    return section.oneOf("endpoint", paths);
  }

  private Map<String, String> headers() {
    Optional<YamlValue> value = section.value("headers");
    if (value.isEmpty()) {
      return Map.of();
    }
    if (!(value.get() instanceof Mapping mapping)) {
      section.problem("headers", "must be a mapping (name: value), but was " + value.get().found());
      return Map.of();
    }
    Map<String, String> headers = new HashMap<>();
    mapping
        .entries()
        .forEach(
            (name, entry) -> {
              String problem = headerProblem(name, entry.value());
              if (problem == null) {
                headers.put(name, ((Scalar) entry.value()).text());
              } else {
                problems.add(entry.value().origin(), "request.headers." + name, problem);
              }
            });
    return headers;
  }

  /** The problem of a header, or null. It never shows the value, which may be a key. */
  private @Nullable String headerProblem(String name, YamlValue value) {
    String text = value instanceof Scalar scalar && !value.isNull() ? scalar.text() : "";
    if (JobKeys.secret(name) || !SafeText.line(text).equals(text.strip())) {
      return "looks like a key; keys of the provider come from the environment: "
          + provider.api().keyVariable();
    }
    if (CLIENTS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
      return "is written by the client itself";
    }
    if (!HEADER_NAME.matcher(name).matches() || !HEADER_VALUE.matcher(text).matches()) {
      return "must be a header: a name without blanks, and a value of ASCII characters on one line";
    }
    return null;
  }

  private @Nullable String baseUrl() {
    String expected = "the address of a server, such as http://127.0.0.1:8080/v1";
    String text = section.text("base_url", expected);
    if (text == null) {
      return null;
    }
    try {
      URI uri = new URI(text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (uri.getRawUserInfo() != null) {
        section.problem("base_url", "must not carry a user or a password");
      } else if (!http || uri.getHost() == null) {
        section.problem("base_url", "must be " + expected);
      } else if (uri.getRawFragment() != null
          || (uri.getRawQuery() != null && !uri.getRawQuery().startsWith("api-version="))) {
        section.problem(
            "base_url", "must be " + expected + ", with nothing but ?api-version=… after the path");
      }
    } catch (URISyntaxException e) {
      section.problem("base_url", "must be " + expected + "; " + e.getReason());
    }
    return text;
  }
}
