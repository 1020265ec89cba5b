package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the documents that a plan could not send into one file of failures, for the sink. */
public final class WriteUnsentFailures
    extends PTransform<PCollection<Plan>, PCollection<ResultFile>> {
  private static final Logger LOG = LoggerFactory.getLogger(WriteUnsentFailures.class);

  private final RunFolder folder;

  /** Writes the files of a run. */
  public WriteUnsentFailures(RunFolder folder) {
    this.folder = folder;
  }

  /** The name of the file of a plan's unsent documents in the sink. */
  public static String shard(Plan plan) {
    return plan.name() + "-unsent";
  }

  /** That file: a plan's documents that can't be sent. */
  public static ResultFile resultFile(Plan plan) {
    long documents = plan.unsent().stream().mapToLong(Part::failures).sum();
    return new ResultFile(ResultFile.Kind.FAILED, shard(plan), file(plan), documents);
  }

  /** The name of that file in the run's folder. */
  public static String file(Plan plan) {
    return RunFolder.resultName(plan.name(), "unsent.jsonl");
  }

  @Override
  public PCollection<ResultFile> expand(PCollection<Plan> plans) {
    return plans.apply("Write failures of plan", ParDo.of(new WriteFn(folder)));
  }

  private static final class WriteFn extends DoFn<Plan, ResultFile> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;

    WriteFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(@Element Plan plan, OutputReceiver<ResultFile> out) throws IOException {
      if (plan.unsent().isEmpty()) {
        return;
      }
      String file = file(plan);
      if (!Storage.exists(folder.resultNamed(file))) {
        write(plan, folder.resultNamed(file));
      }
      out.output(resultFile(plan));
    }

    private void write(Plan plan, String path) throws IOException {
      try {
        Storage.write(
            path,
            stream -> {
              for (Part part : plan.unsent()) {
                try (InputStream failures = folder.open(folder.failures(part.name()))) {
                  failures.transferTo(stream);
                }
              }
            });
      } catch (FileNotFoundException | NoSuchFileException e) {
        // The launch that delivers the file deletes the parts and then the file. If it was not
        // delivered, the step that writes it reports it as missing.
        LOG.debug("the failures of plan {} are gone: {}", plan.name(), e.getMessage());
      }
    }
  }
}
