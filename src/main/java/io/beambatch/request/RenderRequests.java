package io.beambatch.request;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Inference;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.jspecify.annotations.Nullable;

/**
 * Renders each document into one request. Documents that lack a field of the template fail as
 * {@code invalid_document}, requests that exceed a batch's limits as {@code too_large}.
 */
public final class RenderRequests extends PTransform<PCollection<Document>, PCollectionTuple> {
  public static final TupleTag<Request> REQUESTS = new TupleTag<>("requests") {};
  public static final TupleTag<FailedDocument> INVALID = new TupleTag<>("invalid") {};

  private final Inference inference;

  private RenderRequests(Inference inference) {
    this.inference = inference;
  }

  /** Renders as the job's {@code request} says. */
  public static RenderRequests of(Inference inference) {
    return new RenderRequests(inference);
  }

  @Override
  public PCollectionTuple expand(PCollection<Document> documents) {
    PCollectionTuple rendered =
        documents.apply(
            "Render",
            ParDo.of(new RenderFn(inference)).withOutputTags(REQUESTS, TupleTagList.of(INVALID)));
    rendered.get(REQUESTS).setCoder(RequestCoder.of());
    return rendered;
  }

  private static final class RenderFn extends DoFn<Document, Request> {
    private static final long serialVersionUID = 1L;

    private final Inference inference;
    private transient RequestTemplate template;

    RenderFn(Inference inference) {
      this.inference = inference;
    }

    @Setup
    public void setup() {
      template = new RequestTemplate(inference.request(), inference.limits().imageTokens());
    }

    @ProcessElement
    public void process(@Element Document document, MultiOutputReceiver out) {
      try {
        Request request = template.render(document);
        String excess = excess(request);
        if (excess == null) {
          out.get(REQUESTS).output(request);
        } else {
          fail(document, FailureReason.TOO_LARGE, excess, out);
        }
      } catch (RenderException e) {
        fail(document, FailureReason.INVALID_DOCUMENT, Objects.requireNonNull(e.getMessage()), out);
      }
    }

    private @Nullable String excess(Request request) {
      long limit = inference.limits().bytes();
      // UTF-8 takes at most three bytes per char: most requests need no exact count.
      if (request.body().length() * 3L + RequestLine.FRAME_MAX > limit) {
        long bytes =
            RequestLine.frameBytes(inference.request().frame())
                + request.body().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > limit) {
          return "the request has " + bytes + " bytes; limits.bytes allows " + limit + " a batch";
        }
      }
      if (request.weight() > inference.limits().requests()) {
        return "the request has "
            + request.weight()
            + " inputs; limits.requests allows "
            + inference.limits().requests()
            + " a batch";
      }
      if (request.tokens() > inference.limits().enqueuedTokens()) {
        return "the request has about "
            + request.tokens()
            + " prompt tokens; limits.enqueued_tokens allows "
            + inference.limits().enqueuedTokens();
      }
      return null;
    }

    private static void fail(
        Document document, FailureReason reason, String message, MultiOutputReceiver out) {
      out.get(INVALID).output(new FailedDocument(document, Failure.unsent(reason, message)));
    }
  }
}
