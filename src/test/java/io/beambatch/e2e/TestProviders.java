package io.beambatch.e2e;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.openai.OpenAiProvider;
import java.util.Map;

/**
 * Connects to the local server, by the way of faults: some result lines of a first attempt get
 * lost, and calls break where {@link Faults} are armed.
 */
public record TestProviders(String baseUrl) implements ProviderFactory {

  @Override
  public BatchProvider open() {
    return new FaultyProvider(connect());
  }

  /** A connection without faults. */
  BatchProvider connect() {
    try {
      return OpenAiProvider.connect(baseUrl, Map.of("OPENAI_API_KEY", "any-key"));
    } catch (ProviderSettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Recipient recipient(String salt) {
    return Recipient.inThisProcess();
  }
}
