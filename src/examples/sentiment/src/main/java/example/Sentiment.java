package example;

import io.beambatch.Answers;
import io.beambatch.BatchInference;
import io.beambatch.job.Inference;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.Validation.Required;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Asks for the sentiment of reviews: JSON lines in, answered ones and failed ones out, each in
 * files of their own. The key comes from {@code OPENAI_API_KEY}.
 */
public final class Sentiment {
  private Sentiment() {}

  /** What the command line says. */
  public interface Options extends PipelineOptions {
    @Required
    String getInput();

    void setInput(String pattern);

    @Required
    String getOutput();

    void setOutput(String prefix);

    @Default.String(".beambatch")
    String getStaging();

    void setStaging(String location);

    /** The time between two looks at the batches. */
    @Default.String("60s")
    String getPollInterval();

    void setPollInterval(String interval);

    /** Launched again under the same name, the pipeline pays nothing twice. */
    @Required
    String getRun();

    void setRun(String name);
  }

  /** Runs the pipeline, and waits for its end. */
  public static void main(String[] args) {
    Options options = PipelineOptionsFactory.fromArgs(args).withValidation().as(Options.class);
    Inference inference =
        Inference.builder()
            .model("gpt-4o-mini")
            .endpoint("/v1/chat/completions")
            .body(
                "{\"max_tokens\": 10, \"messages\": [{\"role\": \"user\", \"content\":"
                    + " \"Positive, negative or neutral? {{text}}\"}]}")
            .resultField("sentiment")
            .set("limits.cost_usd", "2.50")
            .set("poll.interval", options.getPollInterval())
            .build();
    Pipeline pipeline = Pipeline.create(options);
    Answers<String> answers =
        pipeline
            .apply("Read reviews", TextIO.read().from(options.getInput()))
            .apply(
                "Ask",
                BatchInference.of(inference)
                    .withName("sentiment")
                    .withId("id")
                    .withStaging(options.getStaging())
                    .withRun(options.getRun()));
    answers
        .answered()
        .apply("Write answers", TextIO.write().to(options.getOutput()).withSuffix(".jsonl"));
    answers
        .failed()
        .apply(
            "Show the failed ones",
            MapElements.into(TypeDescriptors.strings()).via(Sentiment::json))
        .apply(
            "Write failed ones",
            TextIO.write().to(options.getOutput() + "-failed").withSuffix(".jsonl"));
    pipeline.run().waitUntilFinish();
  }

  private static String json(BadRecord failed) {
    return failed.getRecord().getHumanReadableJsonRecord();
  }
}
