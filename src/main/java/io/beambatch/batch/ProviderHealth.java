package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when to call the provider again: soon after a change, for batches that are quick, and
 * never before the time that it asked for. It waits out an outage for a bounded time; any other
 * refusal ends the launch.
 */
final class ProviderHealth {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderHealth.class);
  private static final String OUT_OF_FUNDS =
      "the account's quota is used up, and waiting does not help";

  /** Everything done so far is in the ledger. */
  private static final String AGAIN = ", then run the same command again to resume";

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private final CoordinatorSettings settings;

  /** Since when the provider is out of reach, or null. */
  private @Nullable Instant since;

  /** The provider has asked not to be called before. */
  private Instant quietUntil = Instant.MIN;

  /** When a chunk's state last changed. */
  private Instant lastChange;

  ProviderHealth(CoordinatorSettings settings, Instant now) {
    this.settings = settings;
    this.lastChange = now;
  }

  /** Records that a chunk's state has changed; the next change may be near. */
  void changed(Instant now) {
    lastChange = now;
  }

  /** How long to wait before the next poll. */
  Duration pause(Instant now) {
    Duration longest = settings.inference().poll().interval();
    Duration tenth = Duration.between(lastChange, now).dividedBy(10);
    Duration pause = tenth.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : tenth;
    Duration bounded = pause.compareTo(longest) > 0 ? longest : pause;
    Duration quiet = quietFor(now);
    return bounded.compareTo(quiet) < 0 ? quiet : bounded;
  }

  /** Returns whether the provider is out of reach, as opposed to refusing the call. */
  static boolean isOutage(ProviderException e) {
    return e.kind() == Kind.UNAVAILABLE || e.kind() == Kind.NO_REPLY;
  }

  /** Returns whether the same call may succeed later, without any change. */
  static boolean mayPass(ProviderException e) {
    return isOutage(e) || e.kind() == Kind.FILE_NOT_READY || e.kind() == Kind.CONFLICT;
  }

  /** Returns whether the provider refuses all chunks what it refuses one. */
  static boolean concernsAll(ProviderException e) {
    return e.kind() == Kind.UNAUTHORIZED
        || e.kind() == Kind.FORBIDDEN
        || e.kind() == Kind.INSUFFICIENT_QUOTA;
  }

  static boolean concernsAll(BatchException e) {
    return e.getCause() instanceof ProviderException refused && concernsAll(refused);
  }

  /** How long the provider has asked not to be called; zero if it may be called now. */
  Duration quietFor(Instant now) {
    return now.isBefore(quietUntil) ? Duration.between(now, quietUntil) : Duration.ZERO;
  }

  /**
   * Records a failed call.
   *
   * @throws BatchException if the launch can't wait for the failure to end, or has waited long
   *     enough
   */
  void failed(ProviderException e, Instant now) {
    if (!isOutage(e)) {
      throw fatal(e);
    }
    checkWait(e, settings.waits().outage());
    if (e.retryAfter() != null) {
      quietUntil = now.plus(e.retryAfter());
    }
    if (since == null) {
      since = now;
    }
    boolean once = settings.waitPolicy().leavesRest();
    if (once || now.isAfter(since.plus(settings.waits().outage()))) {
      throw new BatchException(
          (once
                  ? "the provider is out of reach"
                  : "the provider has been out of reach for "
                      + Poll.text(settings.waits().outage()))
              + "; its batches continue, run the same command again to collect them ("
              + e.getMessage()
              + ")",
          e);
    }
    LOG.warn("the provider is out of reach, trying again: {}", e.getMessage());
  }

  /**
   * Ends the launch if the provider asks for a longer pause than an outage may take. The ledger
   * keeps its state, and the batches continue.
   */
  static void checkWait(ProviderException e, Duration longest) {
    Duration asked = e.retryAfter();
    if (asked != null && asked.compareTo(longest) > 0) {
      throw new BatchException(
          "the provider asks to wait for "
              + asked.toSeconds()
              + " s, and at most "
              + longest.toSeconds()
              + " s are waited; its batches continue, run the same command again after that time ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Records that the provider replies again. */
  void recovered() {
    since = null;
  }

  /**
   * The error that reports a permanent failure to the user: what failed, the provider's words, what
   * to do.
   */
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
              "the provider reports a conflict with another call" + said + "Wait a little" + AGAIN;
          case INVALID_REQUEST ->
              "the provider refuses the call" + said + "Fix what it names" + AGAIN;
          case UNAVAILABLE ->
              "the provider can't serve the call at the moment" + said + "Wait a little" + AGAIN;
          case NO_ROOM -> "the provider has no room at the moment" + said + "Wait a little" + AGAIN;
          case NO_REPLY -> "the provider gives no reply" + said + "Check the connection" + AGAIN;
        },
        e);
  }

  /** The error for a batch that failed because the account has no credit. */
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
