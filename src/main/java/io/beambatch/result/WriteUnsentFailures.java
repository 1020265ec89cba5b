package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Writes the documents that a plan could not send into one file of failures, for the sink. */
public final class WriteUnsentFailures
    extends PTransform<PCollection<Plan>, PCollection<ResultFile>> {
  private final RunFolder folder;

  /** Of a run. */
  public WriteUnsentFailures(RunFolder folder) {
    this.folder = folder;
  }

  /** The name of the file that a plan's unsent documents get in the sink. */
  public static String shard(Plan plan) {
    return plan.name() + "-unsent";
  }

  @Override
  public PCollection<ResultFile> expand(PCollection<Plan> plans) {
    return plans.apply("Write failures of plan", ParDo.of(new WriteFn(folder)));
  }

  private static final class WriteFn extends DoFn<Plan, ResultFile> {
    private final RunFolder folder;

    WriteFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(@Element Plan plan, OutputReceiver<ResultFile> out) throws IOException {
      if (plan.unsent().isEmpty()) {
        return;
      }
      String path = folder.result(plan.name(), "unsent.jsonl");
      Storage.write(
          path,
          stream -> {
            for (Part part : plan.unsent()) {
              try (InputStream failures = Storage.open(folder.failures(part.name()))) {
                failures.transferTo(stream);
              }
            }
          });
      long documents = plan.unsent().stream().mapToLong(Part::failures).sum();
      out.output(new ResultFile(ResultFile.Kind.FAILED, shard(plan), path, documents));
    }
  }
}
