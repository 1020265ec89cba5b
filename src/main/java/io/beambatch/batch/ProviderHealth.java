package io.beambatch.batch;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when to call the provider again: soon after something has changed, for batches that are
 * quick, and not before it has asked for. An outage is waited out, for a bounded time; whatever
 * else the provider refuses ends the launch.
 */
final class ProviderHealth {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderHealth.class);
  private static final String OUT_OF_FUNDS =
      "the account's quota is used up, and waiting does not help";

  /** What was done so far is in the ledger. */
  private static final String AGAIN = ", then run the same command again to go on";

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private final CoordinatorSettings settings;

  /** Since when it is out of reach. */
  private @Nullable Instant since;

  /** The provider has asked not to be called before. */
  private Instant quietUntil = Instant.MIN;

  /** When a chunk's state last changed. */
  private Instant lastChange;

  ProviderHealth(CoordinatorSettings settings, Instant now) {
    this.settings = settings;
    this.lastChange = now;
  }

  /** A chunk's state has changed; its next change may be near. */
  void changed(Instant now) {
    lastChange = now;
  }

  /** How long to wait before the next look. */
  Duration pause(Instant now) {
    Duration longest = settings.inference().poll().interval();
    Duration tenth = Duration.between(lastChange, now).dividedBy(10);
    Duration pause = tenth.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : tenth;
    Duration bounded = pause.compareTo(longest) > 0 ? longest : pause;
    Duration quiet = quietFor(now);
    return bounded.compareTo(quiet) < 0 ? quiet : bounded;
  }

  /** Whether the provider is out of reach, rather than refusing what it was asked. */
  static boolean isOutage(ProviderException e) {
    return e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.NO_REPLY;
  }

  /** Whether the same call may have another reply in a while, though nobody changes anything. */
  static boolean mayPass(ProviderException e) {
    return isOutage(e) || e.kind() == Kind.FILE_NOT_READY || e.kind() == Kind.CONFLICT;
  }

  /** Whether what the provider refuses for one chunk, it refuses for all of them. */
  static boolean concernsAll(ProviderException e) {
    return e.kind() == Kind.UNAUTHORIZED
        || e.kind() == Kind.FORBIDDEN
        || e.kind() == Kind.INSUFFICIENT_QUOTA;
  }

  static boolean concernsAll(BatchException e) {
    return e.getCause() instanceof ProviderException refused && concernsAll(refused);
  }

  /** How long the provider must not be called yet, as it has asked; zero if it may be. */
  Duration quietFor(Instant now) {
    return now.isBefore(quietUntil) ? Duration.between(now, quietUntil) : Duration.ZERO;
  }

  /**
   * Takes note of a call that failed.
   *
   * @throws BatchException if the launch can't wait for an end of it, or not any longer
   */
  void failed(ProviderException e, Instant now) {
    if (!isOutage(e)) {
      throw fatal(e);
    }
    checkWait(e, settings.outage());
    if (e.retryAfter() != null) {
      quietUntil = now.plus(e.retryAfter());
    }
    if (since == null) {
      since = now;
    }
    boolean once = settings.waitPolicy().leavesRest();
    if (once || now.isAfter(since.plus(settings.outage()))) {
      throw new BatchException(
          (once
                  ? "the provider is out of reach"
                  : "the provider has been out of reach for " + settings.outage())
              + "; its batches go on, run the same command again to collect them ("
              + e.getMessage()
              + ")",
          e);
    }
    LOG.warn("the provider is out of reach, trying again: {}", e.getMessage());
  }

  /**
   * Ends the launch where the provider asks for a longer pause than an outage is waited out. What
   * the ledger holds stays, and its batches go on.
   */
  static void checkWait(ProviderException e, Duration longest) {
    Duration asked = e.retryAfter();
    if (asked != null && asked.compareTo(longest) > 0) {
      throw new BatchException(
          "the provider asks to wait for "
              + asked.toSeconds()
              + " s, and at most "
              + longest.toSeconds()
              + " s are waited; its batches go on, run the same command again after that time ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Every call has had its reply again. */
  void recovered() {
    since = null;
  }

  /** What a user is told of a call that failed for good: what, the provider's words, what to do. */
  static BatchException fatal(ProviderException e) {
    String said = " (" + e.getMessage() + "). ";
    return new BatchException(
        switch (e.kind()) {
          case UNAUTHORIZED -> "the provider refuses the key" + said + "Set the right one" + AGAIN;
          case FORBIDDEN ->
              "the provider forbids the call" + said + "Have it allowed for the account" + AGAIN;
          case INSUFFICIENT_QUOTA -> OUT_OF_FUNDS + said + "Add credit or raise the limit" + AGAIN;
          case NOT_FOUND ->
              "the provider doesn't know what it was asked for"
                  + said
                  + "Check the address, and the project of the key"
                  + AGAIN;
          case FILE_NOT_READY ->
              "the provider can't find the file that was uploaded" + said + "Wait a little" + AGAIN;
          case CONFLICT ->
              "the provider says that another call is in the way" + said + "Wait a little" + AGAIN;
          case INVALID_REQUEST ->
              "the provider refuses the call" + said + "Mend what it names" + AGAIN;
          case UNAVAILABLE ->
              "the provider can't serve the call at the moment" + said + "Wait a little" + AGAIN;
          case NO_ROOM -> "the provider has no room at the moment" + said + "Wait a little" + AGAIN;
          case NO_REPLY -> "the provider gives no reply" + said + "Mend the connection" + AGAIN;
        },
        e);
  }

  /** What a user is told of a batch that failed because the account can't pay for it. */
  static BatchException outOfFunds(String batchId, String words) {
    return new BatchException(
        OUT_OF_FUNDS
            + " (batch "
            + batchId
            + " failed: "
            + words
            + "). Add credit or raise the limit"
            + AGAIN,
        null);
  }
}
