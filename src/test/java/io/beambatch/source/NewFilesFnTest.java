package io.beambatch.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.beam.runners.core.InMemoryStateInternals;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.transforms.DoFn.MultiOutputReceiver;
import org.apache.beam.sdk.transforms.DoFn.OutputReceiver;
import org.apache.beam.sdk.values.OutputBuilder;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.junit.jupiter.api.Test;

/** What a look finds, and what the runner keeps of it from one look to the next. */
class NewFilesFnTest {
  private final BagState<String> seen =
      InMemoryStateInternals.forKey("all")
          .state(StateNamespaces.global(), StateTags.bag("seen", StringUtf8Coder.of()));

  private final Set<String> there = new TreeSet<>();
  private final Set<String> planned = new HashSet<>();
  private int asked;

  @Test
  void givesEachFileOnceAndApartWhatIsPlanned() throws Exception {
    there.addAll(List.of("a", "b"));
    planned.add("b");
    assertThat(look()).isEqualTo(Map.of("origins", List.of("a"), "planned", List.of("b")));
    there.add("c");
    assertThat(look()).isEqualTo(Map.of("origins", List.of("c")));
    assertThat(look()).isEmpty();
  }

  @Test
  void keepsNoMoreThanTheFilesThatAreThereHoweverManyHaveGone() throws Exception {
    for (int day = 0; day < 50; day++) {
      Set<String> today = files(day);
      there.clear();
      there.addAll(today);
      assertThat(look().get("origins")).containsExactlyElementsOf(today);
      planned.addAll(today);
      assertThat(kept()).hasSizeLessThan(3 * NewFilesFn.GONE);
    }
    assertThat(kept()).containsAll(there);

    // One that comes back is known by its plan.
    there.addAll(files(0));
    assertThat(look()).containsOnlyKeys("planned");
  }

  @Test
  void keepsAFileThatIsGoneBeforeItIsPlanned() throws Exception {
    there.addAll(files(0));
    look();
    Set<String> unplanned = new HashSet<>(there);
    there.clear();
    look();
    assertThat(kept()).isEqualTo(unplanned);
    there.addAll(unplanned);
    assertThat(look()).isEmpty();
  }

  @Test
  void asksForNoPlansWhileNothingIsNewAndLittleIsGone() throws Exception {
    there.addAll(files(0));
    look();
    there.remove("file-0-0");
    int before = asked;
    look();
    assertThat(asked).isEqualTo(before);
  }

  private static Set<String> files(int day) {
    return IntStream.range(0, NewFilesFn.GONE)
        .mapToObj(i -> "file-" + day + "-" + i)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> kept() {
    Set<String> kept = new HashSet<>();
    seen.read().forEach(file -> assertThat(kept.add(file)).isTrue());
    return kept;
  }

  /** What comes out, by output, sorted. */
  private Map<String, List<String>> look() throws IOException {
    Map<String, Set<String>> outputs = new HashMap<>();
    new NewFilesFn(options -> new HashSet<>(there), new Plans())
        .look(seen, PipelineOptionsFactory.create(), new Outputs(outputs));
    Map<String, List<String>> sorted = new HashMap<>();
    outputs.forEach((tag, files) -> sorted.put(tag, new ArrayList<>(files)));
    return sorted;
  }

  /** The plans of the test. */
  private final class Plans implements PlannedFiles {
    private static final long serialVersionUID = 1L;

    @Override
    public Set<String> among(Collection<String> files) {
      asked++;
      Set<String> among = new HashSet<>(files);
      among.retainAll(planned);
      return among;
    }

    @Override
    public boolean any() {
      return !planned.isEmpty();
    }
  }

  /** Keeps what comes out, by output. */
  private record Outputs(Map<String, Set<String>> files) implements MultiOutputReceiver {
    @Override
    public <T> OutputReceiver<T> get(TupleTag<T> tag) {
      return new OutputReceiver<>() {
        @Override
        public void output(T file) {
          files.computeIfAbsent(tag.getId(), first -> new TreeSet<>()).add((String) file);
        }

        @Override
        public OutputBuilder<T> builder(T file) {
          throw new UnsupportedOperationException();
        }
      };
    }

    @Override
    public <T> OutputReceiver<Row> getRowReceiver(TupleTag<T> tag) {
      throw new UnsupportedOperationException();
    }
  }
}
