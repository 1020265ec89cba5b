package io.beambatch.source;

import java.io.IOException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * The origin of bounded documents that come from no file, such as a table: one element in {@link
 * ReadDocuments#ORIGINS}, or in {@link ReadDocuments#PLANNED} if a plan is committed.
 */
public final class PlanOrigin extends PTransform<PBegin, PCollectionTuple> {
  private final String text;
  private final PlannedFiles planned;

  /** An origin with a readable name. */
  public PlanOrigin(String text, PlannedFiles planned) {
    this.text = text;
    this.planned = planned;
  }

  @Override
  public PCollectionTuple expand(PBegin begin) {
    return begin
        .apply("Name origin", Create.of(text).withCoder(StringUtf8Coder.of()))
        .apply(
            "Look for plans",
            ParDo.of(new LookFn(planned))
                .withOutputTags(ReadDocuments.ORIGINS, TupleTagList.of(ReadDocuments.PLANNED)));
  }

  private static final class LookFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    private final PlannedFiles planned;

    LookFn(PlannedFiles planned) {
      this.planned = planned;
    }

    @ProcessElement
    public void look(@Element String name, MultiOutputReceiver out) throws IOException {
      out.get(planned.any() ? ReadDocuments.PLANNED : ReadDocuments.ORIGINS).output(name);
    }
  }
}
