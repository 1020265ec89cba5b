package io.beambatch.sink;

import io.beambatch.chunk.Plan;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.storage.JsonCoder;
import java.io.IOException;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Stops the pipeline if the documents of a plan don't fit the destination of answers, before
 * anything of the plan is sent; a stream continues without that plan. It is for sources without a
 * schema, whose documents' shape is known only with the plan.
 */
public final class CheckPlans extends PTransform<PCollection<Plan>, PCollection<Plan>> {
  private final Output output;
  private final DestinationWriter writer;
  private final PermanentErrors permanentErrors;

  /** Checks the plans of a run with the writer of an output. */
  public CheckPlans(Output output, DestinationWriter writer, PermanentErrors permanentErrors) {
    this.output = output;
    this.writer = writer;
    this.permanentErrors = permanentErrors;
  }

  @Override
  public PCollection<Plan> expand(PCollection<Plan> plans) {
    return plans
        .apply("Compare columns", ParDo.of(new CheckFn(output, writer, permanentErrors)))
        .setCoder(JsonCoder.of(Plan.class));
  }

  private static final class CheckFn extends DoFn<Plan, Plan> {
    private static final long serialVersionUID = 1L;

    private final Output output;
    private final DestinationWriter writer;
    private final PermanentErrors permanentErrors;

    CheckFn(Output output, DestinationWriter writer, PermanentErrors permanentErrors) {
      this.output = output;
      this.writer = writer;
      this.permanentErrors = permanentErrors;
    }

    @ProcessElement
    public void check(@Element Plan plan, PipelineOptions options, OutputReceiver<Plan> passed)
        throws IOException {
      try {
        writer.check(output.schema(), true, options);
      } catch (IOException | RuntimeException e) {
        if (permanentErrors.record(plan.name(), e)) {
          return;
        }
        throw e;
      }
      passed.output(plan);
    }
  }
}
