package io.beambatch.batch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time, shared by actors that take turns: only one of them runs at any moment, and the one
 * whose wait is over first goes on. So any interleaving comes about, and the same one again from
 * the same waits.
 */
final class Timeline extends Clock {
  private static final int MOST_WAITS = 1_000_000;

  private final ExecutorService threads;
  private final Instant end;
  private final PriorityQueue<Actor> waiting =
      new PriorityQueue<>(
          Comparator.comparing((Actor actor) -> actor.due).thenComparing(actor -> actor.number));
  private final Semaphore over = new Semaphore(0);
  private Instant now;
  private Actor current;
  private int actors;
  private int waits;
  private @Nullable Throwable failure;

  /**
   * @param longest after which whoever still goes on is broken off
   */
  Timeline(Instant start, Duration longest, ExecutorService threads) {
    this.now = start;
    this.end = start.plus(longest);
    this.threads = threads;
  }

  /** Lets somebody begin, some time from now. */
  void begin(Duration delay, Runnable work) {
    Actor actor = new Actor(actors++, now.plus(delay));
    waiting.add(actor);
    threads.execute(
        () -> {
          actor.baton.acquireUninterruptibly();
          try {
            work.run();
          } catch (Throwable e) {
            failure = failure == null ? e : failure;
          }
          next();
        });
  }

  /** Runs until everybody has ended; throws the first failure since the last time. */
  void run() throws Throwable {
    next();
    over.acquire();
    Throwable first = failure;
    failure = null;
    if (first != null) {
      throw first;
    }
  }

  /** Waits; others may go on meanwhile. */
  void pass(Duration wait) {
    if (++waits > MOST_WAITS || now.isAfter(end)) {
      throw new AssertionError("it doesn't end: " + waits + " waits, " + now);
    }
    Actor me = current;
    me.due = now.plus(wait);
    waiting.add(me);
    next();
    me.baton.acquireUninterruptibly();
  }

  private void next() {
    Actor next = waiting.poll();
    if (next == null) {
      over.release();
      return;
    }
    now = next.due.isAfter(now) ? next.due : now;
    current = next;
    next.baton.release();
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }

  private static final class Actor {
    private final int number;
    private final Semaphore baton = new Semaphore(0);
    private Instant due;

    Actor(int number, Instant due) {
      this.number = number;
      this.due = due;
    }
  }
}
