package io.beambatch.localserver;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link LocalServer} behaves. Immutable: start from {@link #defaults()}.
 *
 * @param port 0 for any free one
 * @param dir where files and batches are kept, or null for a temporary folder that is deleted on
 *     close
 * @param latency from a batch's creation to its end; zero for as fast as possible
 * @param seed decides the order of result lines, and which calls and lines the faults hit
 * @param apiKey the only key that is accepted, or null for any
 * @param enqueuedTokenLimit prompt tokens that may be under way at once, for each model
 * @param maxRequests in one batch (for embeddings: inputs, too)
 * @param maxBytes of a file with purpose {@code batch}
 * @param createsPerHour batches that may be created in any hour
 * @param models those that are known, or null for any
 * @param workers threads that validate and answer
 * @param faults what goes wrong from the start
 * @param clock gives all times, and decides when batches move on and expire
 */
public record LocalServerSettings(
    int port,
    @Nullable Path dir,
    Duration latency,
    long seed,
    @Nullable String apiKey,
    long enqueuedTokenLimit,
    int maxRequests,
    long maxBytes,
    int createsPerHour,
    @Nullable Set<String> models,
    int workers,
    Faults faults,
    Clock clock) {

  public LocalServerSettings {
    Objects.requireNonNull(faults, "faults");
    Objects.requireNonNull(clock, "clock");
    models = models == null ? null : Set.copyOf(models);
    require(port >= 0 && port <= 65535, "port must be 0 to 65535, not " + port);
    require(!latency.isNegative(), "latency must not be negative, but is " + latency);
    require(maxRequests > 0, "maxRequests must be at least 1, not " + maxRequests);
    require(maxBytes > 0, "maxBytes must be at least 1, not " + maxBytes);
    require(createsPerHour > 0, "createsPerHour must be at least 1, not " + createsPerHour);
    require(workers > 0, "workers must be at least 1, not " + workers);
  }

  /** Any port, a temporary folder, no latency, any key, and the real API's limits. */
  public static LocalServerSettings defaults() {
    return new LocalServerSettings(
        0,
        null,
        Duration.ZERO,
        1,
        null,
        Long.MAX_VALUE,
        50_000,
        209_715_200,
        2_000,
        null,
        Math.min(4, Runtime.getRuntime().availableProcessors()),
        Faults.none(),
        Clock.systemUTC());
  }

  public LocalServerSettings withPort(int value) {
    return new LocalServerSettings(
        value,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withDir(@Nullable Path value) {
    return new LocalServerSettings(
        port,
        value,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withLatency(Duration value) {
    return new LocalServerSettings(
        port,
        dir,
        value,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withSeed(long value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        value,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withApiKey(@Nullable String value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        value,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withEnqueuedTokenLimit(long value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        value,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withMaxRequests(int value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        value,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withMaxBytes(long value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        value,
        createsPerHour,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withCreatesPerHour(int value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        value,
        models,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withModels(@Nullable Set<String> value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        value,
        workers,
        faults,
        clock);
  }

  public LocalServerSettings withWorkers(int value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        value,
        faults,
        clock);
  }

  public LocalServerSettings withFaults(Faults value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        value,
        clock);
  }

  public LocalServerSettings withClock(Clock value) {
    return new LocalServerSettings(
        port,
        dir,
        latency,
        seed,
        apiKey,
        enqueuedTokenLimit,
        maxRequests,
        maxBytes,
        createsPerHour,
        models,
        workers,
        faults,
        value);
  }

  /** Names everything but the key. */
  @Override
  public String toString() {
    return "LocalServerSettings[port=%d, dir=%s, latency=%s, seed=%d, enqueuedTokenLimit=%d, maxRequests=%d, maxBytes=%d, createsPerHour=%d, models=%s, workers=%d]"
        .formatted(
            port,
            dir,
            latency,
            seed,
            enqueuedTokenLimit,
            maxRequests,
            maxBytes,
            createsPerHour,
            models,
            workers);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
