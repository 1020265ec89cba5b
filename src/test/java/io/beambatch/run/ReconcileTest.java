package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.DirectPipelines;
import io.beambatch.batch.WaitPolicy;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.document.FailureReason;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.SmallJob;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import io.beambatch.result.ResultFile.Kind;
import io.beambatch.run.Runs.Choice;
import io.beambatch.schema.Shape;
import io.beambatch.sink.WrittenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconcileTest {
  @TempDir Path folder;

  @Test
  void finishesARunWhoseDocumentsAreAllWritten() throws Exception {
    Run run = begun(SmallJob.of());
    commit(run, List.of());

    close(SmallJob.of(), run, unsent(2));

    assertThat(Report.of(run.folder()))
        .returns(2L, Report::documents)
        .returns(0L, Report::answered)
        .returns(Map.of("invalid_document", 2L), Report::failed);
    assertThat(again(run).record().finished()).isNotNull();
  }

  @Test
  void leavesTheReportOfAFinishedRunAsItIs() throws Exception {
    Run run = begun(SmallJob.of());
    commit(run, List.of());
    close(SmallJob.of(), run, unsent(2));
    Report first = Report.of(run.folder());

    close(SmallJob.of(), run, unsent(2));

    assertThat(Report.of(run.folder())).isEqualTo(first);
  }

  @Test
  void failsWhenDocumentsWereNeverWritten() throws Exception {
    Run run = begun(SmallJob.of());
    commit(run, List.of());

    assertFails(run, "the failed documents of a1-unsent were never written");
  }

  @Test
  void failsWhenFewerDocumentsWereWrittenThanRead() throws Exception {
    Run run = begun(SmallJob.of());
    commit(run, List.of());

    assertFails(run, "2 documents read", unsent(1));
  }

  @Test
  void failsWhenAChunkWasNeverJoined() throws Exception {
    Run run = begun(SmallJob.of());
    commit(run, List.of(new Chunk("a1-c00000", 1, List.of(part("sent", 5, 0)))));

    assertFails(run, "chunk a1-c00000 was planned, but its results were never joined", unsent(2));
  }

  @Test
  void leavesADrainedStreamOpenToGoOnLater() throws Exception {
    Job watched = SmallJob.of("source.watch=1s");
    Run run = begun(watched);

    close(watched, run);

    assertThat(Report.of(run.folder()).documents()).isZero();
    assertThat(again(run).record().finished()).isNull();
  }

  @Test
  void theReportOfADrainedStreamSaysWhatIsLeftToALaterLaunch() throws Exception {
    Job watched = SmallJob.of("source.watch=1s", "retry.max_failed=1");
    Run run = begun(watched);
    commit(run, List.of(new Chunk("a1-c00000", 1, List.of(part("sent", 5, 0)))));
    Path part = folder.resolve("staging/reviews/r1/parts/sent.documents.tsv");
    Files.createDirectories(part.getParent());
    Files.writeString(part, "");

    close(watched, run, unsent(2));

    assertThat(Report.of(run.folder()).problems())
        .containsExactly(
            "chunk a1-c00000 was planned, but its results were never joined; run the same command"
                + " again",
            "2 of 7 documents failed, more than retry.max_failed allows");
    assertThat(again(run).record().finished()).isNull();
    assertThat(part).exists();
  }

  @Test
  void numbersOfFailuresAreReadable() {
    assertThat(Report.excess(SmallJob.of(), 1, 0, 1))
        .contains("the only document was not answered");
    assertThat(Report.excess(SmallJob.of(), 1_000_000, 0, 1_000_000))
        .contains("none of 1,000,000 documents was answered");
    assertThat(Report.excess(SmallJob.of("retry.max_failed=1"), 1_000_000, 0, 20_000))
        .contains("20,000 of 1,000,000 documents failed, more than retry.max_failed allows");
  }

  private void assertFails(Run run, String message, WrittenFile... written) throws Exception {
    assertThatThrownBy(() -> close(SmallJob.of(), run, written))
        .rootCause()
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("staging/reviews/r1/report.json")).doesNotExist();
    assertThat(again(run).record().finished()).isNull();
  }

  /** Runs the end of a pipeline that has written these files. */
  private static void close(Job job, Run run, WrittenFile... written) {
    Pipeline pipeline = DirectPipelines.create();
    pipeline
        .apply(Create.of(List.of(written)).withType(TypeDescriptor.of(WrittenFile.class)))
        .setIsBoundedInternal(!job.source().isEndless() ? IsBounded.BOUNDED : IsBounded.UNBOUNDED)
        .apply("Mark written", new MarkWritten(run.folder()))
        .apply("Reconcile", new Reconcile(job, run.folder(), WaitPolicy.UNTIL_ENDED));
    pipeline.run().waitUntilFinish();
  }

  private static WrittenFile unsent(long documents) {
    return new WrittenFile(Kind.FAILED, "a1-unsent", "out/failed.jsonl", documents);
  }

  private static Part part(String name, int requests, long failed) {
    return new Part(
        name, requests, requests, 100, 10, Map.of(FailureReason.INVALID_DOCUMENT, failed));
  }

  private void commit(Run run, List<Chunk> chunks) throws IOException {
    Plan plan = new Plan("a1", 1, chunks, List.of(part("unsent", 0, 2)), List.of(), Shape.NONE);
    Ledgers.open(run.folder())
        .write("plan/a1", Versioned.ABSENT, JsonMapper.builder().build().writeValueAsString(plan));
  }

  private Run begun(Job job) throws Exception {
    return runs(job).open("r1", Choice.NEW);
  }

  private Run again(Run run) throws Exception {
    return runs(SmallJob.of()).find(run.record().name()).orElseThrow();
  }

  private Runs runs(Job job) {
    return new Runs(folder.resolve("staging").toString(), job, Clock.systemUTC());
  }
}
