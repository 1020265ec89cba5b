package io.beambatch.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.Document;
import io.beambatch.job.JobReader;
import io.beambatch.request.Request;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartWriterTest {
  @TempDir Path temp;

  @Test
  void fillsEveryPartWhereBatchesHaveANameOfOurs() throws Exception {
    assertThat(sizes("openai")).containsOnly(1_000);
  }

  /** Else, a stranger's batch of the same size would have to be waited for. */
  @Test
  void fillsPartsDifferentlyWhereOnlyTheNumberOfItsRequestsTellsABatchFromOthers()
      throws Exception {
    List<Integer> sizes = sizes("anthropic");

    assertThat(sizes).allMatch(size -> size > 950 && size <= 1_000);
    assertThat(sizes.stream().distinct()).hasSizeGreaterThan(2);
  }

  /** Of all parts but the last, which is what is left. */
  private List<Integer> sizes(String provider) throws Exception {
    String yaml =
        """
        name: job
        source: {type: jsonl, path: in.jsonl}
        request: {provider: %s, model: m, prompt: {user: "{{text}}"}}
        sink: {type: jsonl, path: out}
        limits: {requests: 25000}
        """;
    RunFolder folder = RunFolder.of(temp.toString(), "job", "r1");
    try (PartWriter writer =
        new PartWriter(
            folder,
            JobReader.parse("job.yaml", yaml.formatted(provider), List.of()),
            false,
            false)) {
      Document document = new Document("d", "{}");
      for (int i = 0; i < 20_500; i++) {
        writer.add(new Request(document, "{}", 1, 1));
      }
      List<Integer> sizes = writer.finish().stream().map(Part::requests).toList();
      return sizes.subList(0, sizes.size() - 1);
    }
  }
}
