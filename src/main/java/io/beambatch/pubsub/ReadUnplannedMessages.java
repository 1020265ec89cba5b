package io.beambatch.pubsub;

import io.beambatch.job.SubscriptionSource;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Set;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Reads the messages that were taken and are not planned yet, and pulls no more. The inbox itself
 * is in {@link #PLANNED}, because all other messages in it are planned.
 */
final class ReadUnplannedMessages extends ReadDocuments {
  private final SubscriptionSource source;
  private final RunFolder run;
  private final PlannedFiles planned;

  ReadUnplannedMessages(SubscriptionSource source, RunFolder run, PlannedFiles planned) {
    this.source = source;
    this.run = run;
    this.planned = planned;
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    PCollectionTuple found =
        begin
            .apply("Look once", Create.of("inbox").withCoder(StringUtf8Coder.of()))
            .apply(
                "List unplanned files",
                ParDo.of(new ListFn(run, planned))
                    .withOutputTags(ORIGINS, TupleTagList.of(PLANNED)));
    return ReadMessages.read(source, run, found);
  }

  private static final class ListFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;
    private final PlannedFiles planned;

    ListFn(RunFolder folder, PlannedFiles planned) {
      this.folder = folder;
      this.planned = planned;
    }

    @ProcessElement
    public void list(@Element String inbox, MultiOutputReceiver out) throws IOException {
      Set<String> files = Inbox.files(folder);
      files.removeAll(planned.among(files));
      files.forEach(out.get(ORIGINS)::output);
      out.get(PLANNED).output(inbox);
    }
  }
}
