package io.beambatch.provider;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.beambatch.provider.ProviderException.Kind;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats calls after passing faults, a bounded number of times, waiting as the provider asks. */
final class Repeater {
  private static final Logger LOG = LoggerFactory.getLogger(Repeater.class);

  /** One try at a call. */
  @FunctionalInterface
  interface Try<T> {
    T run() throws ProviderException;
  }

  private final Backoff backoff;
  private final Sleeper sleeper;

  Repeater(Backoff backoff, Sleeper sleeper) {
    this.backoff = backoff;
    this.sleeper = sleeper;
  }

  /** Runs a call that may be repeated after 409, too. */
  <T> T call(Try<T> once) throws ProviderException {
    return repeat(once, true);
  }

  /** Runs a call for which 409 is an answer. */
  <T> T callOnceOnConflict(Try<T> once) throws ProviderException {
    return repeat(once, false);
  }

  private <T> T repeat(Try<T> once, boolean conflictPasses) throws ProviderException {
    AtomicInteger tries = new AtomicInteger();
    // Failsafe counts; the waits are ours, because it has no sleeper that a test could replace.
    RetryPolicy<T> policy =
        RetryPolicy.<T>builder()
            .withMaxAttempts(backoff.tries())
            .handleIf(e -> e instanceof ProviderException p && mayRepeat(p, conflictPasses))
            .build();
    try {
      return Failsafe.with(policy)
          .get(
              context -> {
                if (context.isRetry()) {
                  pause(tries.get(), context.getLastException());
                }
                tries.incrementAndGet();
                return once.run();
              });
    } catch (FailsafeException e) {
      if (e.getCause() instanceof ProviderException failure) {
        throw explained(failure, tries.get());
      }
      throw e;
    }
  }

  private boolean mayRepeat(ProviderException e, boolean conflictPasses) {
    boolean passes =
        e.kind() == Kind.NO_REPLY
            || e.kind() == Kind.UNAVAILABLE
            || (e.kind() == Kind.CONFLICT && conflictPasses);
    return passes && !asksTooMuch(e) && !Thread.currentThread().isInterrupted();
  }

  private boolean asksTooMuch(ProviderException e) {
    return e.retryAfter() != null && e.retryAfter().compareTo(backoff.longestAsked()) > 0;
  }

  private void pause(int repetition, ProviderException last) throws ProviderException {
    Duration wait =
        last.retryAfter() != null
            ? last.retryAfter()
            : backoff.before(repetition, ThreadLocalRandom.current().nextDouble());
    LOG.info(
        "{}; try {} of {} follows in {} s",
        last.getMessage(),
        repetition + 1,
        backoff.tries(),
        wait.toMillis() / 1000.0);
    try {
      sleeper.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw last.adding("; interrupted while waiting to try again");
    }
  }

  private ProviderException explained(ProviderException e, int tries) {
    if (asksTooMuch(e)) {
      return e.adding(
          "; it asks to wait for "
              + e.retryAfter().toSeconds()
              + " s, and waits end at "
              + backoff.longestAsked().toSeconds()
              + " s: run again later");
    }
    return tries > 1 ? e.adding("; tried " + tries + " times") : e;
  }
}
