package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.Limits;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of unbounded input, which close more than once if documents come late. */
class PlanWindowsTest {
  private static final Limits LIMITS = new Limits(100, 10_000, 10_000, 10_000);

  private static final Instant LATE = Instant.ofEpochMilli(1500);
  private static final IntervalWindow SECOND =
      new IntervalWindow(Instant.EPOCH, Duration.standardSeconds(1));

  @TempDir Path temp;
  private RunFolder folder;
  private PlanStore store;

  @BeforeEach
  void choose() {
    folder = RunFolder.of(temp.toString(), "job", "r1");
    store = PlanStore.of(folder);
  }

  @Test
  void everyClosingOfAWindowHasAPlanOfItsOwnWhateverItsPartsAreCalled() throws Exception {
    assertThat("xAa".hashCode()).isEqualTo("xBB".hashCode());

    close(part("xAa"), part("xBB"));

    assertThat(store.all().stream().flatMap(Plan::parts).map(Part::name))
        .containsExactlyInAnyOrder("xAa", "xBB");
  }

  @Test
  void aClosingThatIsRepeatedTakesThePlanThatWasCommittedFirst() throws Exception {
    close(part("a"));
    List<Plan> first = store.all();
    close(part("a"));

    assertThat(store.all()).hasSize(1).isEqualTo(first);
    assertThat(first.get(0).name()).matches("a1-w19700101T000000000-[0-9a-f]{24}");
  }

  @Test
  void takesUpThePlanThatAnEarlierVersionCommittedUnderItsOwnName() throws Exception {
    Plan old = committedByEarlierVersion(part("xAa"));
    close(part("xAa"));

    assertThat(store.all()).containsExactly(old);
  }

  @Test
  void leavesAPlanOfAnEarlierVersionAloneIfItHoldsOtherParts() throws Exception {
    Plan old = committedByEarlierVersion(part("xAa"));
    close(part("xBB"));

    assertThat(store.all()).hasSize(2).contains(old);
  }

  @Test
  void setsAClosingAsideWhosePartsHoldTooFewDocumentsAndGoesOn() throws Exception {
    PlanInput lost = PlanInput.ofRead(1);
    plan(
        stream()
            .addElements(at(lost), at(PlanInput.of(part("a"))), at(lost))
            .advanceWatermarkTo(LATE)
            .addElements(at(new PlanInput(part("b"), 1, true, null, null, null))));

    assertThat(store.all().stream().flatMap(Plan::parts).map(Part::name)).containsExactly("b");
    assertThat(PermanentErrors.messages(folder))
        .containsExactly(
            Map.entry(
                "unplanned-999",
                "plan "
                    + PlanName.of(1, SECOND, List.of(part("a"))).text()
                    + ": 2 documents were read, but its parts hold 1; nothing was sent"));
  }

  /** Plans of windows were named by a hash of their parts' names that can be that of others. */
  private Plan committedByEarlierVersion(Part part) throws Exception {
    String name = "a1-w19700101T000000000-" + Long.toHexString(31L + part.name().hashCode());
    return store.commit(
        new Plan(
            name,
            1,
            List.of(new Chunk(name + "-c00000", 1, List.of(part))),
            List.of(),
            List.of(),
            Shape.NONE));
  }

  /** Closes the same window with the first part, and late with each of the others. */
  private void close(Part first, Part... late) {
    TestStream.Builder<PlanInput> stream =
        stream()
            .addElements(at(PlanInput.of(first)), at(PlanInput.ofRead(1)))
            .advanceWatermarkTo(LATE);
    for (Part part : late) {
      stream = stream.addElements(at(new PlanInput(part, 1, true, null, null, null)));
    }
    plan(stream);
  }

  private static TestStream.Builder<PlanInput> stream() {
    return TestStream.create(JsonCoder.of(PlanInput.class));
  }

  private void plan(TestStream.Builder<PlanInput> stream) {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(stream.advanceWatermarkToInfinity())
        .apply(
            Window.<PlanInput>into(FixedWindows.of(Duration.standardSeconds(1)))
                .withAllowedLateness(Duration.standardHours(1))
                .discardingFiredPanes())
        .apply(new PlanChunks(1, folder, LIMITS, LineSelector.ALL));
    pipeline.run().waitUntilFinish();
  }

  private static TimestampedValue<PlanInput> at(PlanInput tally) {
    return TimestampedValue.of(tally, Instant.EPOCH);
  }

  private static Part part(String name) {
    return new Part(name, 1, 1, 10, 5, Map.of());
  }
}
