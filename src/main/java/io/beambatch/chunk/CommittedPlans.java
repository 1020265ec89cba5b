package io.beambatch.chunk;

import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;

/**
 * Takes up plans that an earlier launch of the run committed, instead of reading the source again.
 */
public final class CommittedPlans extends PTransform<PBegin, PCollection<Plan>> {
  private final List<String> names;
  private final RunFolder folder;

  /** The plans of these names. */
  public CommittedPlans(List<String> names, RunFolder folder) {
    this.names = List.copyOf(names);
    this.folder = folder;
  }

  /**
   * The plans that hold files of a watched source, except those of these names, which are taken up
   * anyway.
   */
  public static PTransform<PCollection<String>, PCollection<Plan>> ofFiles(
      List<String> except, RunFolder folder) {
    return new PTransform<>() {
      @Override
      public PCollection<Plan> expand(PCollection<String> files) {
        return files
            .apply("Find plans", ParDo.of(new FindFn(Set.copyOf(except), folder)))
            .apply("Read plans", ParDo.of(new ReadFn(folder)))
            .setCoder(JsonCoder.of(Plan.class));
      }
    };
  }

  @Override
  public PCollection<Plan> expand(PBegin begin) {
    return begin
        .apply("Plan names", Create.of(names).withCoder(StringUtf8Coder.of()))
        .apply("Read plans", ParDo.of(new ReadFn(folder)))
        .setCoder(JsonCoder.of(Plan.class));
  }

  private static final class FindFn extends DoFn<String, String> {
    private final Set<String> except;
    private final FilePlans plans;

    FindFn(Set<String> except, RunFolder folder) {
      this.except = except;
      this.plans = new FilePlans(folder);
    }

    @ProcessElement
    public void process(@Element String file, OutputReceiver<String> names) throws IOException {
      plans.planOf(file).filter(name -> !except.contains(name)).ifPresent(names::output);
    }
  }

  private static final class ReadFn extends DoFn<String, Plan> {
    private final RunFolder folder;

    ReadFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(@Element String name, OutputReceiver<Plan> out) throws IOException {
      out.output(
          PlanStore.of(folder)
              .read(name)
              .orElseThrow(
                  () -> new IOException("plan " + name + " of " + folder.path() + " is gone")));
    }
  }
}
