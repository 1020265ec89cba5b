package io.beambatch.provider.openai;

import static io.beambatch.provider.openai.OpenAiEndpoint.CHAT_COMPLETIONS;
import static io.beambatch.provider.openai.OpenAiEndpoint.EMBEDDINGS;
import static io.beambatch.provider.openai.OpenAiEndpoint.MODERATIONS;
import static io.beambatch.provider.openai.OpenAiEndpoint.RESPONSES;

import io.beambatch.provider.Capabilities;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.openai.Profile.Shape;
import io.beambatch.provider.openai.Profile.Variables;
import io.beambatch.provider.openai.Profile.Wire;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The providers with OpenAI's API that job files know by name. Where a provider publishes no limit,
 * OpenAI's or a lower one is used.
 */
final class Profiles {
  private static final String BEARER = "Authorization";
  private static final Pattern CUSTOM_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MONTH = Duration.ofDays(30);
  private static final long MEGABYTE = 1 << 20;

  static final Profile OPENAI =
      new Profile(
          Shape.OPENAI,
          "https://api.openai.com/v1",
          new Variables(OpenAiSettings.KEY, OpenAiSettings.BASE_URL),
          BEARER,
          Wire.OPENAI,
          OpenAiProvider.CAPABILITIES,
          OpenAiEndpoint.named());

  /**
   * Batches continue after 24 hours, until they are done or cancelled. The model is a deployment.
   */
  static final Profile AZURE =
      new Profile(
          Shape.OPENAI,
          "https://RESOURCE.openai.azure.com/openai/v1",
          new Variables("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT"),
          "api-key",
          Wire.OPENAI,
          capabilities("azure", 100_000, 200 * MEGABYTE, Duration.ofDays(7), "0.5"),
          List.of(CHAT_COMPLETIONS, RESPONSES, EMBEDDINGS));

  /** Accepts windows of up to seven days; a day is requested. */
  static final Profile GROQ =
      new Profile(
          Shape.OPENAI,
          "https://api.groq.com/openai/v1",
          new Variables("GROQ_API_KEY", "GROQ_BASE_URL"),
          BEARER,
          Wire.OPENAI,
          capabilities("groq", 50_000, 100 * MEGABYTE, DAY, "0.5"),
          List.of(CHAT_COMPLETIONS));

  /** Batches have no metadata, and the list isn't paged. */
  static final Profile TOGETHER =
      new Profile(
          Shape.OPENAI,
          "https://api.together.xyz/v1",
          new Variables("TOGETHER_API_KEY", "TOGETHER_BASE_URL"),
          BEARER,
          new Wire("batch-api", "24h", false, List.of("files", "upload")),
          byInputFile(capabilities("together", 50_000, 100 * MEGABYTE, Duration.ofDays(3), "0.5")),
          List.of(CHAT_COMPLETIONS));

  static final Profile DEEPINFRA =
      new Profile(
          Shape.OPENAI,
          "https://api.deepinfra.com/v1/openai",
          new Variables("DEEPINFRA_API_KEY", "DEEPINFRA_BASE_URL"),
          BEARER,
          Wire.OPENAI,
          capabilities("deepinfra", 50_000, 100 * MEGABYTE, DAY, "0.8"),
          List.of(CHAT_COMPLETIONS, EMBEDDINGS));

  static final Profile DOUBLEWORD =
      new Profile(
          Shape.OPENAI,
          "https://api.doubleword.ai/v1",
          new Variables("DOUBLEWORD_API_KEY", "DOUBLEWORD_BASE_URL"),
          BEARER,
          Wire.OPENAI,
          capabilities("doubleword", 50_000, 100 * MEGABYTE, DAY, "0.5"),
          List.of(CHAT_COMPLETIONS, EMBEDDINGS));

  /** Called by {@link MistralProvider}. The limit counts a workspace's pending requests. */
  static final Profile MISTRAL =
      new Profile(
          Shape.MISTRAL,
          "https://api.mistral.ai/v1",
          new Variables("MISTRAL_API_KEY", "MISTRAL_BASE_URL"),
          BEARER,
          Wire.OPENAI,
          new Capabilities(
              "mistral",
              Capabilities.Creation.UPLOADED_FILE,
              OrphanSearch.METADATA,
              new Capabilities.Limits(50_000, 512 * MEGABYTE),
              CUSTOM_ID,
              Capabilities.QueueUnit.REQUESTS,
              DAY,
              Duration.ofDays(365),
              SETTLE,
              true,
              false,
              new BigDecimal("0.5")),
          List.of(CHAT_COMPLETIONS, EMBEDDINGS, MODERATIONS));

  /**
   * Called by {@link OpenRouterProvider}. The price of a batch depends on the model, and may be
   * higher than in real time.
   */
  static final Profile OPENROUTER =
      new Profile(
          Shape.OPENROUTER,
          "https://openrouter.ai/api/v1",
          new Variables("OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"),
          BEARER,
          Wire.OPENAI,
          new Capabilities(
              "openrouter",
              Capabilities.Creation.REQUESTS,
              OrphanSearch.COUNT,
              new Capabilities.Limits(5_000, 200 * MEGABYTE),
              CUSTOM_ID,
              Capabilities.QueueUnit.NOTHING,
              Duration.ofDays(4),
              MONTH,
              Duration.ofMinutes(4),
              true,
              false,
              BigDecimal.ONE),
          List.of(CHAT_COMPLETIONS, RESPONSES));

  private Profiles() {}

  private static Capabilities capabilities(
      String name, int maxRequests, long maxBytes, Duration expiry, String price) {
    return new Capabilities(
        name,
        Capabilities.Creation.UPLOADED_FILE,
        OrphanSearch.METADATA,
        new Capabilities.Limits(maxRequests, maxBytes),
        CUSTOM_ID,
        Capabilities.QueueUnit.TOKENS,
        expiry,
        MONTH,
        SETTLE,
        true,
        false,
        new BigDecimal(price));
  }

  private static Capabilities byInputFile(Capabilities can) {
    return new Capabilities(
        can.name(),
        can.creation(),
        OrphanSearch.INPUT_FILE,
        can.limits(),
        can.customId(),
        can.queue(),
        can.expiry(),
        can.resultsKept(),
        can.settle(),
        can.liveProgress(),
        can.mixedModels(),
        can.batchPrice());
  }
}
