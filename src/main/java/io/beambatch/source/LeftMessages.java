package io.beambatch.source;

import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Set;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/** The files of messages that were taken, but are in no plan. Takes no others. */
final class LeftMessages extends PTransform<PBegin, PCollection<String>> {
  private final RunFolder folder;
  private final PlannedFiles planned;

  LeftMessages(RunFolder folder, PlannedFiles planned) {
    this.folder = folder;
    this.planned = planned;
  }

  @Override
  public PCollection<String> expand(PBegin begin) {
    return begin
        .apply("Look once", Create.of("inbox").withCoder(StringUtf8Coder.of()))
        .apply("List what is left", ParDo.of(new ListFn(folder, planned)));
  }

  private static final class ListFn extends DoFn<String, String> {
    private final RunFolder folder;
    private final PlannedFiles planned;

    ListFn(RunFolder folder, PlannedFiles planned) {
      this.folder = folder;
      this.planned = planned;
    }

    @ProcessElement
    public void list(OutputReceiver<String> out) throws IOException {
      Set<String> files = Inbox.files(folder);
      files.removeAll(planned.among(files));
      files.forEach(out::output);
    }
  }
}
