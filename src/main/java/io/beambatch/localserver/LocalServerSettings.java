package io.beambatch.localserver;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link LocalServer}. Immutable: start with {@link #defaults()}, and change one
 * setting after the other.
 */
public final class LocalServerSettings implements Cloneable {
  private int port = 0;
  private @Nullable Path dir = null;
  private Duration latency = Duration.ZERO;
  private long seed = 1;
  private @Nullable String apiKey = null;
  private long enqueuedTokenLimit = Long.MAX_VALUE;
  private @Nullable Long enqueuedRequestLimit = null;
  private @Nullable Integer maxRequests = null;
  private @Nullable Long maxBytes = null;
  private int createsPerHour = 2_000;
  private @Nullable Set<String> models = null;
  private int workers = Math.min(4, Runtime.getRuntime().availableProcessors());
  private @Nullable Upstream upstream = null;
  private Faults faults = Faults.none();
  private Clock clock = Clock.systemUTC();
  private MinimumRate minimumRate = MinimumRate.USUAL;

  private LocalServerSettings() {}

  /** Any port, a temporary folder, no latency, any key, and the real APIs' limits. */
  public static LocalServerSettings defaults() {
    return new LocalServerSettings();
  }

  /** The port; 0 for any free one. */
  public int port() {
    return port;
  }

  /** The folder of files and batches, or null for a temporary one that is deleted on close. */
  public @Nullable Path dir() {
    return dir;
  }

  /** The time from a batch's creation to its end; zero for as fast as possible. */
  public Duration latency() {
    return latency;
  }

  /** Determines the order of result lines, and which calls and lines the faults hit. */
  public long seed() {
    return seed;
  }

  /** The only key that is accepted, or null for any. */
  public @Nullable String apiKey() {
    return apiKey;
  }

  /** The maximum of enqueued prompt tokens, for each model. */
  public long enqueuedTokenLimit() {
    return enqueuedTokenLimit;
  }

  /**
   * The maximum of enqueued requests, where the API counts these, or null for the API's own limit.
   */
  public @Nullable Long enqueuedRequestLimit() {
    return enqueuedRequestLimit;
  }

  /**
   * The maximum number of requests in one batch (for embeddings, also of inputs), or null for the
   * API's own limit.
   */
  public @Nullable Integer maxRequests() {
    return maxRequests;
  }

  /** The maximum size of a batch's input, or null for the API's own limit. */
  public @Nullable Long maxBytes() {
    return maxBytes;
  }

  /** The maximum number of batches created in any hour. */
  public int createsPerHour() {
    return createsPerHour;
  }

  /** The known models, or null for any. */
  public @Nullable Set<String> models() {
    return models;
  }

  /** The number of threads that validate and answer. */
  public int workers() {
    return workers;
  }

  /** The server that answers instead of simple rules, or null. */
  public @Nullable Upstream upstream() {
    return upstream;
  }

  /** The faults from the start. */
  public Faults faults() {
    return faults;
  }

  /** The clock for all times, which also decides when batches advance and expire. */
  public Clock clock() {
    return clock;
  }

  /** The minimum rate of a call's body. */
  public MinimumRate minimumRate() {
    return minimumRate;
  }

  public LocalServerSettings withMinimumRate(MinimumRate value) {
    return with(changed -> changed.minimumRate = Objects.requireNonNull(value, "minimumRate"));
  }

  public LocalServerSettings withPort(int value) {
    require(value >= 0 && value <= 65535, "port must be 0 to 65535, not " + value);
    return with(changed -> changed.port = value);
  }

  public LocalServerSettings withDir(@Nullable Path value) {
    return with(changed -> changed.dir = value);
  }

  public LocalServerSettings withLatency(Duration value) {
    require(!value.isNegative(), "latency must not be negative, but is " + value);
    return with(changed -> changed.latency = Objects.requireNonNull(value, "latency"));
  }

  public LocalServerSettings withSeed(long value) {
    return with(changed -> changed.seed = value);
  }

  public LocalServerSettings withApiKey(@Nullable String value) {
    return with(changed -> changed.apiKey = value);
  }

  public LocalServerSettings withEnqueuedTokenLimit(long value) {
    return with(changed -> changed.enqueuedTokenLimit = value);
  }

  public LocalServerSettings withEnqueuedRequestLimit(long value) {
    return with(changed -> changed.enqueuedRequestLimit = value);
  }

  public LocalServerSettings withMaxRequests(int value) {
    require(value > 0, "maxRequests must be at least 1, not " + value);
    return with(changed -> changed.maxRequests = value);
  }

  public LocalServerSettings withMaxBytes(long value) {
    require(value > 0, "maxBytes must be at least 1, not " + value);
    return with(changed -> changed.maxBytes = value);
  }

  public LocalServerSettings withCreatesPerHour(int value) {
    require(value > 0, "createsPerHour must be at least 1, not " + value);
    return with(changed -> changed.createsPerHour = value);
  }

  public LocalServerSettings withModels(@Nullable Set<String> value) {
    return with(changed -> changed.models = value == null ? null : Set.copyOf(value));
  }

  public LocalServerSettings withWorkers(int value) {
    require(value > 0, "workers must be at least 1, not " + value);
    return with(changed -> changed.workers = value);
  }

  /** Only for OpenAI's API, because the upstream is called in its form. */
  public LocalServerSettings withUpstream(@Nullable Upstream value) {
    return with(changed -> changed.upstream = value);
  }

  public LocalServerSettings withFaults(Faults value) {
    return with(changed -> changed.faults = Objects.requireNonNull(value, "faults"));
  }

  public LocalServerSettings withClock(Clock value) {
    return with(changed -> changed.clock = Objects.requireNonNull(value, "clock"));
  }

  private LocalServerSettings with(Consumer<LocalServerSettings> change) {
    try {
      LocalServerSettings changed = (LocalServerSettings) clone();
      change.accept(changed);
      return changed;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Shows everything but the key. */
  @Override
  public String toString() {
    return "LocalServerSettings[port=%d, dir=%s, latency=%s, seed=%d, enqueuedTokenLimit=%d, enqueuedRequestLimit=%s, maxRequests=%s, maxBytes=%s, createsPerHour=%d, models=%s, workers=%d]"
        .formatted(
            port,
            dir,
            latency,
            seed,
            enqueuedTokenLimit,
            enqueuedRequestLimit,
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
