package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.FoldersInMemory;
import io.beambatch.provider.BatchStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever a provider sends back, every document comes out once, with its own answer. */
class EveryDocumentOnceTest {

  /** What a provider may make of a request. */
  enum Fate {
    ANSWERED,
    ANSWERED_TWICE,
    ERROR_THEN_ANSWERED,
    ILLEGIBLE_THEN_ANSWERED,
    MISSING,
    ILLEGIBLE,
    FAULT,
    EXPIRED,
    REFUSED_BY_THE_API,
    CUT
  }

  @Property(tries = 200)
  void everyDocumentComesOutOnceWithItsOwnAnswer(
      @ForAll @Size(min = 1, max = 30) List<Fate> fates,
      @ForAll @IntRange(min = 1, max = 4) int parts,
      @ForAll @IntRange(min = 0, max = 3) int strangers,
      @ForAll @IntRange(min = 2, max = 3) int attempt,
      @ForAll Random random)
      throws Exception {
    Path directory = FoldersInMemory.create("join");
    try {
      EndedChunk chunk = new EndedChunk(directory).attempt(attempt).status(BatchStatus.COMPLETED);
      List<String> documents = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      for (int p = 0; p < parts; p++) {
        List<String> own = new ArrayList<>();
        for (int i = p; i < fates.size(); i += parts) {
          own.add("{\"d\": %d, \"x\":1.0e2 }".formatted(i));
          lines.addAll(lines(fates.get(i), "p" + p + "-" + (own.size() - 1), i));
        }
        chunk.part("p" + p, own.toArray(String[]::new));
        documents.addAll(own);
      }
      for (int i = 0; i < strangers; i++) {
        lines.add(Results.chat("stranger-" + i, "none"));
      }
      Collections.shuffle(lines, random);
      int cut = random.nextInt(lines.size() + 1);
      chunk.output(lines.subList(0, cut).toArray(String[]::new));
      chunk.error(lines.subList(cut, lines.size()).toArray(String[]::new));

      boolean refused = chunk.joinAtLast();

      assertThat(refused).isEqualTo(attempt < 3 && fates.size() >= 10 && noneHasALine(fates));
      assertThat(outcomes(chunk)).isEqualTo(expected(fates, refused || attempt == 3));
      assertThat(documentsOf(chunk)).containsExactlyInAnyOrderElementsOf(documents);
      assertThat(chunk.joined().unknownLines())
          .isEqualTo(
              strangers
                  + count(fates, Fate.ILLEGIBLE)
                  + count(fates, Fate.ILLEGIBLE_THEN_ANSWERED));
      assertThat(chunk.joined().doubledLines())
          .isEqualTo(count(fates, Fate.ANSWERED_TWICE) + count(fates, Fate.ERROR_THEN_ANSWERED));
    } finally {
      delete(directory);
    }
  }

  private static boolean noneHasALine(List<Fate> fates) {
    return fates.stream().allMatch(fate -> fate == Fate.MISSING || fate == Fate.ILLEGIBLE);
  }

  private static List<String> lines(Fate fate, String customId, int document) {
    String answer = Results.chat(customId, "answer " + document);
    return switch (fate) {
      case ANSWERED -> List.of(answer);
      case ANSWERED_TWICE -> List.of(answer, answer);
      case ERROR_THEN_ANSWERED -> List.of(Results.status(customId, 500, "e"), answer);
      case ILLEGIBLE_THEN_ANSWERED -> List.of(illegible(customId), answer);
      case MISSING -> List.of();
      case ILLEGIBLE -> List.of(illegible(customId));
      case FAULT -> List.of(Results.status(customId, 503, "e"));
      case EXPIRED -> List.of(Results.withoutResponse(customId, "batch_expired"));
      case REFUSED_BY_THE_API -> List.of(Results.status(customId, 400, "e"));
      case CUT -> List.of(Results.chat(customId, "length", "\"begun\"", "null"));
    };
  }

  private static String illegible(String customId) {
    return "{\"custom_id\":\"" + customId + "\",\"response\":{\"status_code\":200,";
  }

  private static Map<Integer, String> expected(List<Fate> fates, boolean last) {
    Map<Integer, String> expected = new HashMap<>();
    for (int i = 0; i < fates.size(); i++) {
      expected.put(
          i,
          switch (fates.get(i)) {
            case ANSWERED, ANSWERED_TWICE, ERROR_THEN_ANSWERED, ILLEGIBLE_THEN_ANSWERED ->
                "answer " + i;
            case MISSING, ILLEGIBLE -> last ? "missing" : "again";
            case FAULT -> last ? "api_error" : "again";
            case EXPIRED -> last ? "expired" : "again";
            case REFUSED_BY_THE_API -> "rejected";
            case CUT -> "truncated";
          });
    }
    return expected;
  }

  /** The answer, the reason or "again", by document. */
  private static Map<Integer, String> outcomes(EndedChunk chunk) {
    Map<Integer, String> outcomes = new HashMap<>();
    for (String line : chunk.answered()) {
      JsonNode document = Jobs.tree(line);
      put(outcomes, document.get("d").asInt(), document.get("sentiment").asText());
    }
    for (String line : chunk.failed()) {
      JsonNode document = Jobs.tree(line);
      put(outcomes, document.get("d").asInt(), document.at("/_failure/reason").asText());
    }
    for (String line : chunk.againDocuments()) {
      put(outcomes, Jobs.tree(line.substring(line.indexOf('\t') + 1)).get("d").asInt(), "again");
    }
    return outcomes;
  }

  private static void put(Map<Integer, String> outcomes, int document, String outcome) {
    assertThat(outcomes.put(document, outcome)).as("document %d before", document).isNull();
  }

  /** Every outcome's document, as it was before something was put at its end. */
  private static List<String> documentsOf(EndedChunk chunk) {
    List<String> documents = new ArrayList<>();
    chunk.answered().forEach(line -> documents.add(cut(line, ",\"sentiment\":")));
    chunk.failed().forEach(line -> documents.add(cut(line, ",\"_failure\":")));
    chunk.againDocuments().forEach(line -> documents.add(line.substring(line.indexOf('\t') + 1)));
    return documents;
  }

  private static String cut(String line, String from) {
    return line.substring(0, line.indexOf(from)) + "}";
  }

  private static long count(List<Fate> fates, Fate wanted) {
    return fates.stream().filter(fate -> fate == wanted).count();
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
