package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.batch.Admission.Action;
import io.beambatch.batch.Admission.Decision;
import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A watch over batches outside a pipeline, in virtual time. */
class BatchWatchTest extends CoordinatorFixture {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private int lists;
  private Duration slept = Duration.ZERO;
  private Runnable atEachList = () -> {};
  private boolean closed;

  @Test
  void returnsForEachEndAndKeepsItInTheLedger() throws Throwable {
    Iterator<Fate> fates = List.of(QUICK, fate(hours(5), Duration.ZERO)).iterator();
    server = new SimulatedServer(time, Duration.ZERO, Long.MAX_VALUE, 2_000, fates::next);

    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60), chunk(1, 60)));
          watch.awaitEnd(Instant.MIN);
          assertThat(state(0)).isEqualTo(State.ENDED);
          assertThat(state(1)).isEqualTo(State.SUBMITTED);
          assertThat(time.instant()).isBefore(START.plus(hours(1)));
          assertThat(watch.isIdle()).isFalse();

          watch.awaitEnd(Instant.MIN);
          assertThat(state(1)).isEqualTo(State.ENDED);
          assertThat(time.instant()).isBetween(START.plus(hours(5)), START.plus(hours(6)));
          assertThat(watch.isIdle()).isTrue();
          assertThat(watch.failure()).isEmpty();
          assertThat(slept).as("between its looks").isGreaterThan(hours(3));
        });

    assertThat(closed).isTrue();
  }

  @Test
  void waitsWithABatchThatHasEndedUntilItMayReturn() throws Throwable {
    Iterator<Fate> fates = List.of(QUICK, fate(hours(5), Duration.ZERO)).iterator();
    server = new SimulatedServer(time, Duration.ZERO, Long.MAX_VALUE, 2_000, fates::next);
    Instant earliest = START.plus(hours(1));

    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60), chunk(1, 60)));
          watch.awaitEnd(earliest);

          assertThat(time.instant()).isBetween(earliest, earliest.plus(MINUTE));
        });
  }

  @Test
  void asksTheProviderOnlyWhenItIsDue() throws Throwable {
    watch(
        watch -> {
          watch.lookIfDue();
          assertThat(lists).as("there is nothing to ask for").isZero();
          watch.track(List.of(chunk(0, 60)));
          watch.lookIfDue();
          watch.lookIfDue();
          assertThat(lists).isEqualTo(1);

          watch.awaitTime(START.plusSeconds(90));
          assertThat(time.instant()).isBetween(START.plusSeconds(90), START.plusSeconds(100));
          int asked = lists;
          assertThat(asked).isBetween(5, 60);
          watch.track(List.of(chunk(0, 60)));
          watch.lookIfDue();
          assertThat(lists).as("a chunk that is known changes nothing").isEqualTo(asked);
          watch.track(List.of(chunk(1, 60)));
          watch.lookIfDue();
          assertThat(lists).as("a new one is sent at once").isEqualTo(asked + 1);
        });
  }

  @Test
  void hearsOfACancelInSecondsHoweverSeldomItPolls() throws Throwable {
    server = server(fate(hours(5), Duration.ZERO), Long.MAX_VALUE);
    Instant cancelled = START.plus(hours(1));
    time.begin(hours(1), this::markCancelled);

    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60)));
          watch.awaitTime(START.plus(hours(1)).plus(MINUTE.multipliedBy(30)));
        },
        "poll.interval=30m");

    assertThat(Instant.ofEpochMilli(entry("a1-c0").times().cancelled()))
        .isBetween(cancelled, cancelled.plusSeconds(10));
    assertThat(lists).as("no more often than before").isLessThan(250);
  }

  @Test
  void looksOnceAndLeavesTheRest() throws Throwable {
    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60)));
          watch.pollOnce();

          assertThat(state(0)).isEqualTo(State.SUBMITTED);
          assertThat(time.instant()).isBefore(START.plus(MINUTE));
        });
  }

  @Test
  void createsNothingOnceItIsClosed() throws Throwable {
    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60)));
          // As a worker does it that is taken away in the middle of a step.
          atEachList = watch::close;
          watch.lookIfDue();
        });

    assertThat(lists).isEqualTo(1);
    assertThat(creates).isZero();
  }

  @Test
  void turnsAwayWhatWaitsOnlyWhenItIsTold() throws Throwable {
    adjusted =
        settings -> settings.admitting(() -> asked -> new Decision(Action.FAIL, true, "no money"));

    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60)));
          watch.awaitEnd(Instant.MIN);
          assertThat(state(0)).as("others may be joined yet").isEqualTo(State.PLANNED);

          watch.turnAwayHeld();

          assertThat(state(0)).isEqualTo(State.ENDED);
          assertThat(watch.isIdle()).isTrue();
          watch.turnAwayHeld();
        });
  }

  @Test
  void isHeldNoLongerOnceAllIsAdmitted() throws Throwable {
    boolean[] joined = new boolean[1];
    adjusted =
        settings ->
            settings.admitting(
                () ->
                    asked ->
                        joined[0] ? Decision.ADMITTED : new Decision(Action.FAIL, true, "wait"));

    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60)));
          watch.awaitEnd(Instant.MIN);
          assertThat(watch.isHeld()).isTrue();

          joined[0] = true;
          time.pass(MINUTE);
          watch.awaitEnd(Instant.MIN);
          assertThat(state(0)).isEqualTo(State.ENDED);
        });
  }

  @Test
  void saysWhyAChunkIsLeft() throws Throwable {
    adjusted =
        settings ->
            settings.admitting(() -> asked -> new Decision(Action.SET_ASIDE, false, "no money"));

    watch(
        watch -> {
          watch.track(List.of(chunk(0, 60)));
          watch.awaitEnd(Instant.MIN);

          assertThat(watch.failure().orElseThrow()).hasMessage("no money");
        });
  }

  @Test
  void findsTheOutageBehindAFailure() {
    Duration longest = hours(1);
    ProviderException outage = failure(Kind.UNAVAILABLE, 503, null);
    ProviderException asking =
        new ProviderException(
            Kind.UNAVAILABLE, new ReplyHead(503, null, "r", longest.plusSeconds(1)), "busy");

    assertThat(BatchWatch.outage(new RuntimeException(outage), longest)).containsSame(outage);
    assertThat(BatchWatch.outage(failure(Kind.NOT_FOUND, 404, null), longest)).isEmpty();
    assertThat(BatchWatch.outage(new RuntimeException(), longest)).isEmpty();
    assertThatThrownBy(() -> BatchWatch.outage(asking, longest))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("asks to wait for 3601 s");
  }

  private interface Use {
    void of(BatchWatch watch) throws Exception;
  }

  private void watch(Use use, String... overrides) throws Throwable {
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            lists++;
            atEachList.run();
            return super.list(after, limit);
          }

          @Override
          public void close() {
            closed = true;
          }
        };
    time.begin(
        Duration.ZERO,
        () -> {
          CoordinatorContext context =
              new CoordinatorContext(
                  adjusted.apply(TestSettings.of(run, overrides)),
                  provider,
                  new BatchLedger(new TroubledStore(ledger, calls)),
                  time);
          CoordinatorSession session =
              new CoordinatorSession(context, chunk -> InputStream.nullInputStream());
          try (BatchWatch watch = new BatchWatch(session, time, this::sleep)) {
            use.of(watch);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    time.run();
  }

  private void sleep(Duration wait) {
    slept = slept.plus(wait);
    time.pass(wait);
  }

  private State state(int chunk) throws Exception {
    return entry("a1-c" + chunk).state();
  }
}
