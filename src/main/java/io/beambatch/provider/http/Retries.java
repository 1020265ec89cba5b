package io.beambatch.provider.http;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Sleeper;
import java.time.Duration;
import org.apache.beam.sdk.util.BackOff;
import org.apache.beam.sdk.util.FluentBackoff;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries calls after transient faults. {@link FluentBackoff} decides how often and after which
 * delays; a delay that the provider asks for takes precedence. Creations of batches are never
 * retried here.
 */
public final class Retries {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

  /** If a provider asks for a longer delay, the call fails instead. */
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  /** Six tries, about 0.5 s to 8 s apart. */
  public static final FluentBackoff DEFAULT =
      FluentBackoff.DEFAULT
          .withMaxRetries(5)
          .withExponent(2)
          .withInitialBackoff(org.joda.time.Duration.millis(500))
          .withMaxBackoff(org.joda.time.Duration.standardSeconds(8));

  /** One try of a call. */
  @FunctionalInterface
  public interface Try<T> {
    T run() throws ProviderException;
  }

  private final FluentBackoff policy;
  private final Sleeper sleeper;

  public Retries(FluentBackoff policy, Sleeper sleeper) {
    this.policy = policy;
    this.sleeper = sleeper;
  }

  /** Makes a call that is retried after 409, too. */
  public <T> T call(Try<T> once) throws ProviderException {
    return call(once, true);
  }

  /** Makes a call for which 409 is an answer. */
  public <T> T callWhereConflictIsAnAnswer(Try<T> once) throws ProviderException {
    return call(once, false);
  }

  private <T> T call(Try<T> once, boolean conflictPasses) throws ProviderException {
    BackOff waits = policy.backoff();
    for (int tries = 1; ; tries++) {
      try {
        return once.run();
      } catch (ProviderException e) {
        if (!passes(e, conflictPasses) || Thread.currentThread().isInterrupted()) {
          throw tries == 1 ? e : e.adding("; tried " + tries + " times");
        }
        if (e.retryAfter() != null && e.retryAfter().compareTo(LONGEST_WAIT) > 0) {
          throw e.adding(
              String.format(
                  "; it asks to wait for %d s, and %d s are waited at most: what was done so far is"
                      + " kept, run the same command again later",
                  e.retryAfter().toSeconds(), LONGEST_WAIT.toSeconds()));
        }
        long wait = waits.nextBackOffMillis();
        if (wait == BackOff.STOP) {
          throw tries == 1 ? e : e.adding("; tried " + tries + " times");
        }
        pause(e.retryAfter() == null ? Duration.ofMillis(wait) : e.retryAfter(), tries + 1, e);
      }
    }
  }

  private static boolean passes(ProviderException e, boolean conflictPasses) {
    return e.kind() == Kind.NO_REPLY
        || e.kind() == Kind.UNAVAILABLE
        || (e.kind() == Kind.CONFLICT && conflictPasses);
  }

  private void pause(Duration wait, int nextTry, ProviderException last) throws ProviderException {
    LOG.info("{}; try {} follows in {} s", last.getMessage(), nextTry, wait.toMillis() / 1000.0);
    try {
      sleeper.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw last.adding("; interrupted while waiting to try again");
    }
  }
}
