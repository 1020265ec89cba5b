package io.beambatch;

import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Recipient;
import java.io.Serializable;
import java.util.function.Supplier;

/** Opens a provider of a test's own making. */
public record SuppliedProviders(Opening opening) implements ProviderFactory {

  /** Opens a provider, on whatever worker. */
  @FunctionalInterface
  public interface Opening extends Supplier<BatchProvider>, Serializable {}

  @Override
  public BatchProvider open() {
    return opening.get();
  }

  @Override
  public Recipient recipient(String salt) {
    return Recipient.inThisProcess();
  }
}
