package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.SimulatedBatch.Fate;
import io.beambatch.batch.SimulatedBatch.Lies;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Launches that look once and leave the rest to later ones; each is short. */
class SingleLooksTest extends CoordinatorFixture {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** How long one may stay for what settles by itself. */
  private static final Duration LONGEST = MINUTE.multipliedBy(4);

  @BeforeEach
  void eachLaunchLooksOnce() {
    adjusted = CoordinatorSettings::pollingOnce;
  }

  @Test
  void staysForRoomThatIsThereInAMoment() throws Throwable {
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            if (++creates == 1) {
              throw failure(Kind.NO_ROOM, 400, "token_limit_exceeded");
            }
            return super.create(submission);
          }
        };

    await("", chunk(0, 60));

    assertThat(entry("a1-c0").state()).isEqualTo(State.SUBMITTED);
  }

  @Test
  void doesNotStayForRoomThatIsNotThereNorAskWithoutAPause() throws Throwable {
    calls.latency = 10;
    int[] lists = new int[1];
    provider =
        new Reliable() {
          @Override
          public BatchPage list(@Nullable String after, int limit) throws ProviderException {
            lists[0]++;
            return super.list(after, limit);
          }

          @Override
          public Batch create(Submission submission) throws ProviderException {
            throw failure(Kind.NO_ROOM, 400, "token_limit_exceeded");
          }
        };

    await("", chunk(0, 60));

    assertThat(entry("a1-c0").state()).isEqualTo(State.PLANNED);
    assertThat(left).isNull();
    assertThat(lists[0]).isBetween(5, 100);
    assertThat(time.instant()).isBetween(START.plus(MINUTE), START.plus(LONGEST));
  }

  @Test
  void staysForResultFilesThatAreThereInAMoment() throws Throwable {
    server =
        server(
            new Fate(
                40, 0, MINUTE, MINUTE, MINUTE, 40, false, MINUTE, hours(0), hours(0), MINUTE,
                Lies.NONE),
            Long.MAX_VALUE);
    await("", chunk(0, 60));
    later(MINUTE.multipliedBy(3).plusSeconds(20));
    assertThat(done).isEmpty();

    await("", chunk(0, 60));

    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
  }

  @Test
  void doesNotStayForAnotherMachine() throws Throwable {
    new BatchLedger(new TroubledStore(ledger, null))
        .create(
            "a1-c0",
            BatchEntry.planned(server.upload("in.jsonl", hours(0), hours(0)), START)
                .submitting("elsewhere/1/1/random", START));

    await("", chunk(0, 60));

    assertThat(time.instant()).isBefore(START.plus(MINUTE));
    assertThat(entry("a1-c0").owner()).isEqualTo("elsewhere/1/1/random");
  }

  @Test
  void doesNotStayForTheEndOfABatchThatMayBeItsOwn() throws Throwable {
    server.capabilities = SimulatedWorld.capabilities(OrphanSearch.COUNT);
    provider =
        new Reliable() {
          @Override
          public Batch create(Submission submission) throws ProviderException {
            creates++;
            server.create(submission, Duration.ZERO);
            throw failure(Kind.NO_REPLY, 0, null);
          }
        };

    await("", chunk(0, 60));

    assertThat(time.instant()).isBefore(START.plus(MINUTE.multipliedBy(2)));
    later(hours(1));
    await("", chunk(0, 60));
    await("", chunk(0, 60));
    assertThat(done).extracting(AwaitedChunk::status).containsExactly(BatchStatus.COMPLETED);
    assertThat(creates).as("paid once").isEqualTo(1);
  }

  @Test
  void chunkWaitsOnWhileOthersOfTheRunEnd() throws Throwable {
    server = server(fate(hours(20), Duration.ZERO), Long.MAX_VALUE);
    addBatchOfOthers("others-1");
    await("limits.enqueued_tokens=100", chunk(0, 40), chunk(1, 60));
    later(hours(21));
    await("limits.enqueued_tokens=100", chunk(0, 40), chunk(1, 60));
    assertThat(done).hasSize(1);
    addBatchOfOthers("others-2");
    later(hours(8));

    await("limits.enqueued_tokens=100", chunk(0, 40), chunk(1, 60));
    assertThat(left).as("there was an end 8 hours ago").isNull();
    assertThat(entry("a1-c1").state()).isEqualTo(State.PLANNED);

    addBatchOfOthers("others-3");
    later(hours(20));
    await("limits.enqueued_tokens=100", chunk(1, 60));
    assertThat(left).as("there was none for longer than a deadline").isNotNull();
  }

  /** Of another run, it leaves room for 50 tokens of 100 for a day. */
  private void addBatchOfOthers(String id) {
    server.add(
        new SimulatedBatch(
            id,
            time.instant(),
            SimulatedServer.ENDPOINT,
            "f",
            Map.of("beambatch_key", "x/a1-c0", "beambatch_model", "m", "beambatch_tokens", "50"),
            fate(hours(30), Duration.ZERO),
            Duration.ZERO));
  }
}
