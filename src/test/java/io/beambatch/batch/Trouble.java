package io.beambatch.batch;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Decides by chance what goes wrong with one launch's calls: with the connection, with the process
 * and with its time. Every call passes here before it takes effect and after.
 */
final class Trouble {
  private final Timeline time;
  private final SplittableRandom random;
  private final Levels levels;
  private final BooleanSupplier healed;
  private boolean dead;

  /** How long each half of a call takes, at most, in milliseconds. */
  int latency = 1_500;

  /** How often something has gone wrong that was not the end. */
  int strokes;

  /**
   * How likely things are to go wrong at one call.
   *
   * @param refused the call is answered with an error, and not carried out
   * @param lost the call is carried out, and its reply gets lost
   * @param crash the process ends
   * @param pause the process stands still
   * @param longestPause for how long at most
   * @param ledger the ledger can't be reached
   */
  record Levels(
      double refused,
      double lost,
      double crash,
      double pause,
      Duration longestPause,
      double ledger,
      Duration outageBegins,
      Duration outageEnds,
      Duration keyRefusedBegins,
      Duration keyRefusedEnds) {
    private static final Levels NONE =
        new Levels(
            0,
            0,
            0,
            0,
            Duration.ZERO,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO);
  }

  private final Instant began;

  Trouble(
      Timeline time,
      SplittableRandom random,
      Levels levels,
      Instant began,
      BooleanSupplier healed) {
    this.time = time;
    this.random = random;
    this.levels = levels;
    this.began = began;
    this.healed = healed;
  }

  /** None at all: calls take their time, and that is all. */
  Trouble(Timeline time) {
    this(time, new SplittableRandom(0), Levels.NONE, time.instant(), () -> false);
  }

  /**
   * The process goes on, for as long as nothing ends it or holds it up.
   *
   * @param more how much likelier that is here
   */
  void live(double more) {
    if (dead) {
      throw new Crash();
    }
    time.pass(Duration.ofMillis(random.nextInt(latency)));
    if (chance(levels.pause() * more)) {
      time.pass(random(levels.longestPause()));
    }
    if (chance(levels.crash() * more)) {
      dead = true;
      throw new Crash();
    }
  }

  /** The connection, on the way there. */
  void refuse() throws ProviderException {
    if (during(levels.outageBegins(), levels.outageEnds())) {
      strokes++;
      throw noReply();
    }
    if (during(levels.keyRefusedBegins(), levels.keyRefusedEnds())) {
      strokes++;
      throw new ProviderException(
          Kind.UNAUTHORIZED, new ReplyHead(401, "invalid_api_key", "r", null), "no");
    }
    if (chance(levels.refused())) {
      switch (random.nextInt(3)) {
        case 0 -> throw noReply();
        case 1 ->
            throw new ProviderException(
                Kind.UNAVAILABLE,
                new ReplyHead(
                    429, "rate_limit_exceeded", "r", Duration.ofSeconds(random.nextInt(1, 1_200))),
                "slow down");
        default ->
            throw new ProviderException(
                Kind.UNAVAILABLE, new ReplyHead(500, null, "r", null), "oops");
      }
    }
  }

  boolean losesReply() {
    return chance(levels.lost());
  }

  ProviderException lost() {
    return random.nextBoolean()
        ? noReply()
        : new ProviderException(
            Kind.UNAVAILABLE, new ReplyHead(504, null, "r", null), "gateway timeout");
  }

  /** The process ends, if it is bound to, with a call on its way. */
  boolean diesOnTheWay() {
    dead = chance(levels.crash() * 10);
    return dead;
  }

  void ledger() throws IOException {
    if (chance(levels.ledger())) {
      throw new IOException("the ledger is out of reach");
    }
  }

  Duration random(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
  }

  boolean isHealed() {
    return healed.getAsBoolean();
  }

  private boolean during(Duration from, Duration to) {
    return !time.instant().isBefore(began.plus(from)) && time.instant().isBefore(began.plus(to));
  }

  private boolean chance(double probability) {
    boolean hit = random.nextDouble() < probability && !isHealed();
    strokes += hit ? 1 : 0;
    return hit;
  }

  private static ProviderException noReply() {
    return new ProviderException(Kind.NO_REPLY, ReplyHead.NONE, "connection reset");
  }
}
