package io.beambatch.result;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Finds the duplicates that can be joined: those whose identical requests have their final outcome.
 * That is known once every chunk of every attempt is joined, because a request may be sent again
 * before.
 *
 * <p>The input, the joined chunks of all attempts, is only waited for: the run's records say what
 * there is to do. A launch that leaves batches in flight emits nothing.
 */
public final class DuplicateJoins
    extends PTransform<PCollection<JoinedChunk>, PCollection<ReusedLines>> {
  private final RunFolder folder;

  /** The duplicates of a run over bounded input. */
  public DuplicateJoins(RunFolder folder) {
    this.folder = folder;
  }

  /**
   * The lines whose answers exist, whether or not they are joined yet: all known lines, and the
   * duplicates of requests with a final outcome.
   *
   * @param plans all committed plans
   * @param joined the joined chunks, by chunk
   */
  public static List<ReusedLines> ready(List<Plan> plans, Map<String, JoinedChunk> joined) {
    if (plans.stream().allMatch(plan -> plan.reused().isEmpty())) {
      return List.of();
    }
    boolean ended = haveFirstsEnded(plans, joined);
    return plans.stream()
        .flatMap(plan -> plan.reused().stream())
        .filter(lines -> lines.use() == LineUse.KNOWN || ended)
        .toList();
  }

  private static boolean haveFirstsEnded(List<Plan> plans, Map<String, JoinedChunk> joined) {
    Set<String> planned = new HashSet<>();
    plans.forEach(plan -> plan.parts().map(Part::name).forEach(planned::add));
    for (Plan plan : plans) {
      for (Chunk chunk : plan.chunks()) {
        JoinedChunk known = joined.get(chunk.id());
        if (known == null
            || !known.toSendAgain().stream().map(Part::name).allMatch(planned::contains)) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public PCollection<ReusedLines> expand(PCollection<JoinedChunk> joined) {
    return joined
        .apply("Name chunks", MapElements.into(TypeDescriptors.strings()).via(JoinedChunk::chunkId))
        .setCoder(StringUtf8Coder.of())
        .apply("Put in one window", Window.into(new GlobalWindows()))
        .apply("Key all alike", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), StringUtf8Coder.of()))
        .apply("Await all attempts", GroupByKey.create())
        .apply("Find duplicates", ParDo.of(new FindFn(folder)))
        .setCoder(JsonCoder.of(ReusedLines.class));
  }

  private static final class FindFn extends DoFn<KV<Integer, Iterable<String>>, ReusedLines> {
    private static final long serialVersionUID = 1L;

    private final RunFolder folder;

    FindFn(RunFolder folder) {
      this.folder = folder;
    }

    @ProcessElement
    public void process(OutputReceiver<ReusedLines> out) throws IOException {
      ready(PlanStore.of(folder).all(), JoinedChunk.records(folder).values()).stream()
          .filter(lines -> lines.use() == LineUse.DUPLICATE)
          .forEach(out::output);
    }
  }
}
