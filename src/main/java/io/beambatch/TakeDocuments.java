package io.beambatch;

import io.beambatch.source.NameDocuments;
import io.beambatch.source.PlanOrigin;
import io.beambatch.source.PlannedFiles;
import io.beambatch.source.ReadDocuments;
import java.io.IOException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes the documents of another pipeline, in the form in which {@link ReadDocuments} emits those
 * of a source. Bounded documents are planned together, whatever their windows; if they are planned
 * already, they are dropped.
 */
final class TakeDocuments extends PTransform<PCollection<String>, PCollectionTuple> {
  private final @Nullable String id;
  private final PlannedFiles planned;

  /**
   * Takes documents.
   *
   * @param id the field that identifies a document, or null
   */
  TakeDocuments(@Nullable String id, PlannedFiles planned) {
    this.id = id;
    this.planned = planned;
  }

  @Override
  public PCollectionTuple expand(PCollection<String> documents) {
    NameDocuments named = new NameDocuments("document", id);
    if (documents.isBounded() == IsBounded.UNBOUNDED) {
      return documents
          .apply("Plan each window once", eachOnce(documents))
          .apply("Begin run", ParDo.of(new BeginFn(planned)))
          .apply("Name documents", named)
          .and(
              ReadDocuments.PLANNED,
              documents
                  .getPipeline()
                  .apply("Look for no plans", Create.empty(StringUtf8Coder.of())));
    }
    PCollectionTuple origin =
        documents.getPipeline().apply("Begin", new PlanOrigin("documents", planned));
    return documents
        .apply(
            "Leave windows",
            Window.<String>into(new GlobalWindows())
                .triggering(DefaultTrigger.of())
                .withAllowedLateness(Duration.ZERO)
                .discardingFiredPanes())
        .apply("Leave out planned documents", ParDo.of(new LeaveOutFn(planned)))
        .apply("Name documents", named)
        .and(ReadDocuments.ORIGINS, origin.get(ReadDocuments.ORIGINS))
        .and(ReadDocuments.PLANNED, origin.get(ReadDocuments.PLANNED));
  }

  /**
   * Keeps the windows of the input, but not its panes: early panes would plan a window piece by
   * piece, and accumulating ones would plan, and pay for, the same documents again.
   */
  private static Window<String> eachOnce(PCollection<String> documents) {
    return Window.<String>configure()
        .triggering(DefaultTrigger.of())
        .withAllowedLateness(documents.getWindowingStrategy().getAllowedLateness())
        .discardingFiredPanes();
  }

  /** Looks for plans before anything is read: this is where a run begins. */
  private static final class BeginFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    private final PlannedFiles planned;

    BeginFn(PlannedFiles planned) {
      this.planned = planned;
    }

    @Setup
    public void begin() throws IOException {
      planned.any();
    }

    @ProcessElement
    public void process(@Element String document, OutputReceiver<String> out) {
      out.output(document);
    }
  }

  private static final class LeaveOutFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    private final PlannedFiles planned;
    private transient boolean leavingOut;

    LeaveOutFn(PlannedFiles planned) {
      this.planned = planned;
    }

    @StartBundle
    public void look() throws IOException {
      leavingOut = planned.any();
    }

    @ProcessElement
    public void process(@Element String document, OutputReceiver<String> out) {
      if (!leavingOut) {
        out.output(document);
      }
    }
  }
}
