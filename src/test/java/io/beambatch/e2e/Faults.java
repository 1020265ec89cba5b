package io.beambatch.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.runners.AppliedPTransform;
import org.apache.beam.sdk.runners.PTransformOverride;
import org.apache.beam.sdk.runners.PTransformOverrideFactory;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.util.construction.ReplacementOutputs;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;

/**
 * Places that throw once: provider calls, and steps of a pipeline. What is armed is known to all of
 * the process, workers included.
 */
final class Faults {
  /** How many more calls a place bears; it throws at 0 and is fine again from then on. */
  private static final Map<String, AtomicInteger> ARMED = new ConcurrentHashMap<>();

  private static final AtomicBoolean LOSES = new AtomicBoolean();

  private Faults() {}

  static void clear() {
    ARMED.clear();
    LOSES.set(false);
  }

  /** Result lines of first attempts get lost from now on, the same ones at every download. */
  static void loseLines() {
    LOSES.set(true);
  }

  static boolean loses() {
    return LOSES.get();
  }

  /** Lets a place throw once, after so many times that it doesn't. */
  static void arm(String place, int after) {
    ARMED.put(place, new AtomicInteger(after));
  }

  /** The places that have not thrown yet. */
  static Set<String> left() {
    Set<String> left = new TreeSet<>();
    ARMED.forEach(
        (place, calls) -> {
          if (calls.get() >= 0) {
            left.add(place);
          }
        });
    return left;
  }

  static void strike(String place) {
    AtomicInteger calls = ARMED.get(place);
    if (calls != null && calls.getAndDecrement() == 0) {
      throw new InjectedException(place);
    }
  }

  /** Every step of ours in a pipeline: a ParDo with a DoFn of this project. */
  static List<String> steps(Pipeline pipeline) {
    List<String> steps = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> step
                && step.getFn().getClass().getName().startsWith("io.beambatch.")) {
              steps.add(name(node.getFullName()));
            }
          }
        });
    return steps;
  }

  /**
   * Lets steps throw once: as {@code before <step>}, on an element that the step was about to take,
   * after it took some of the bundle, and as {@code after <step>}, on one that it gave out.
   */
  static void intoSteps(Pipeline pipeline, List<String> steps) {
    pipeline.replaceAll(
        steps.stream()
            .map(
                step ->
                    PTransformOverride.of(
                        transform -> isStep(transform, step), new Replacement(step)))
            .toList());
  }

  private static boolean isStep(AppliedPTransform<?, ?, ?> transform, String step) {
    return transform.getTransform() instanceof ParDo.MultiOutput
        && name(transform.getFullName()).equals(step);
  }

  private static String name(String transform) {
    return transform.replaceFirst("/ParMultiDo\\(\\w+\\)$", "");
  }

  /** Thrown on purpose. */
  static final class InjectedException extends RuntimeException {
    InjectedException(String place) {
      super("injected fault: " + place);
    }
  }

  private static final class StrikeFn<T> extends DoFn<T, T> {
    private final String place;

    StrikeFn(String place) {
      this.place = place;
    }

    @ProcessElement
    public void process(@Element T element, OutputReceiver<T> out) {
      strike(place);
      out.output(element);
    }
  }

  private record Replacement(String step)
      implements PTransformOverrideFactory<
          PCollection<Object>, PCollectionTuple, ParDo.MultiOutput<Object, Object>> {

    @Override
    public PTransformReplacement<PCollection<Object>, PCollectionTuple> getReplacementTransform(
        AppliedPTransform<PCollection<Object>, PCollectionTuple, ParDo.MultiOutput<Object, Object>>
            transform) {
      PCollection<Object> input = mainInput(transform);
      return PTransformReplacement.of(
          input, new Surrounded(step, transform.getTransform(), transform.getOutputs()));
    }

    @SuppressWarnings("unchecked") // The one input of a ParDo without side inputs.
    private static PCollection<Object> mainInput(AppliedPTransform<?, ?, ?> transform) {
      return (PCollection<Object>) transform.getMainInputs().values().iterator().next();
    }

    @Override
    public Map<PCollection<?>, ReplacementOutput> mapOutputs(
        Map<TupleTag<?>, PCollection<?>> outputs, PCollectionTuple replaced) {
      return ReplacementOutputs.tagged(outputs, replaced);
    }
  }

  private static final class Surrounded extends PTransform<PCollection<Object>, PCollectionTuple> {
    private final String step;
    private final ParDo.MultiOutput<Object, Object> real;
    private final Map<TupleTag<?>, PCollection<?>> replaced;

    Surrounded(
        String step,
        ParDo.MultiOutput<Object, Object> real,
        Map<TupleTag<?>, PCollection<?>> replaced) {
      this.step = step;
      this.real = real;
      this.replaced = replaced;
    }

    @Override
    public PCollectionTuple expand(PCollection<Object> input) {
      PCollectionTuple given =
          input
              .apply("Before", ParDo.of(new StrikeFn<>("before " + step)))
              .setCoder(input.getCoder())
              .apply("Real", real);
      PCollectionTuple all = PCollectionTuple.empty(input.getPipeline());
      for (TupleTag<?> tag : given.getAll().keySet()) {
        all = with(all, given, tag);
      }
      return all;
    }

    private <T> PCollectionTuple with(
        PCollectionTuple all, PCollectionTuple given, TupleTag<T> tag) {
      PCollection<T> output = given.get(tag).setCoder(coder(tag));
      return all.and(
          tag,
          tag.equals(real.getMainOutputTag())
              ? output
                  .apply("After", ParDo.of(new StrikeFn<T>("after " + step)))
                  .setCoder(coder(tag))
              : output);
    }

    @SuppressWarnings("unchecked") // An output's tag has the type of its elements.
    private <T> Coder<T> coder(TupleTag<T> tag) {
      return (Coder<T>) replaced.get(tag).getCoder();
    }
  }
}
