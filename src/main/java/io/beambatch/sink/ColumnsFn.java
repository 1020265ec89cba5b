package io.beambatch.sink;

import io.beambatch.result.ResultFile;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * The columns of a CSV sink: the fields of all answered files, in the order of the files' shards
 * and of first appearance. Keeps each list of fields that differs, with the first shard that has
 * it.
 */
final class ColumnsFn extends CombineFn<ResultFile, Map<List<String>, String>, List<String>> {
  private static final Coder<String> STRING = StringUtf8Coder.of();

  @Override
  public Map<List<String>, String> createAccumulator() {
    return new HashMap<>();
  }

  @Override
  public Map<List<String>, String> addInput(Map<List<String>, String> lists, ResultFile file) {
    if (file.kind() == ResultFile.Kind.ANSWERED) {
      lists.merge(file.fields(), file.shard(), ColumnsFn::first);
    }
    return lists;
  }

  @Override
  public Map<List<String>, String> mergeAccumulators(
      Iterable<Map<List<String>, String>> accumulators) {
    Map<List<String>, String> merged = createAccumulator();
    for (Map<List<String>, String> lists : accumulators) {
      lists.forEach((fields, shard) -> merged.merge(fields, shard, ColumnsFn::first));
    }
    return merged;
  }

  @Override
  public List<String> extractOutput(Map<List<String>, String> lists) {
    Set<String> columns = new LinkedHashSet<>();
    lists.entrySet().stream()
        .sorted(
            Map.Entry.<List<String>, String>comparingByValue()
                .thenComparing(list -> list.getKey().toString(), Comparator.naturalOrder()))
        .forEach(list -> columns.addAll(list.getKey()));
    return List.copyOf(columns);
  }

  @Override
  public Coder<Map<List<String>, String>> getAccumulatorCoder(
      CoderRegistry registry, Coder<ResultFile> input) {
    return MapCoder.of(ListCoder.of(STRING), STRING);
  }

  @Override
  public Coder<List<String>> getDefaultOutputCoder(
      CoderRegistry registry, Coder<ResultFile> input) {
    return ListCoder.of(STRING);
  }

  private static String first(String shard, String other) {
    return shard.compareTo(other) <= 0 ? shard : other;
  }
}
