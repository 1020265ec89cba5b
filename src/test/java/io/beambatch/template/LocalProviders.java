package io.beambatch.template;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.openai.OpenAiProvider;
import java.util.Map;

/** Connects to a local server. */
record LocalProviders(String baseUrl) implements ProviderFactory {
  @Override
  public BatchProvider open() {
    try {
      return OpenAiProvider.connect(baseUrl, Map.of("OPENAI_API_KEY", "any"));
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    return Recipient.inThisProcess();
  }
}
