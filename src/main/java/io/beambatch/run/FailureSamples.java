package io.beambatch.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.document.ReservedFields;
import io.beambatch.json.LineReader;
import io.beambatch.provider.SafeText;
import io.beambatch.result.ResultFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Some failed documents of a run for its page: the first ones of each reason with their messages,
 * shortened. They are read before the run's results are deleted. A page has them only on request,
 * because they are contents of documents.
 */
public final class FailureSamples {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int OF_EACH_REASON = 3;
  private static final int LONGEST = 1_000;

  /** The most failed documents that are read. */
  private static final int MOST_LINES = 10_000;

  private static final int LONGEST_LINE = 1 << 20;

  private final Map<String, List<Map<String, String>>> samples = new TreeMap<>();
  private int lines;

  private FailureSamples() {}

  /** The samples of a run whose results are still in its folder; none if they are not. */
  public static FailureSamples of(Run run) throws IOException {
    FailureSamples found = new FailureSamples();
    List<ResultFile> failed =
        RunSnapshot.read(run.job(), run.folder())
            .results()
            .filter(file -> file.kind() == ResultFile.Kind.FAILED)
            .toList();
    for (ResultFile file : failed) {
      try (InputStream stream = run.folder().open(file.in(run.folder()))) {
        found.add(LineReader.ofLines(stream, LONGEST_LINE));
      } catch (FileNotFoundException | NoSuchFileException e) {
        // An earlier launch has finished the run, and its page stays as it is.
        return new FailureSamples();
      }
    }
    return found;
  }

  /** Writes a finished run's page again, with the samples. */
  public void addTo(Run run, Report report) throws IOException {
    if (!samples.isEmpty()) {
      RunSnapshot snapshot = RunSnapshot.read(run.job(), run.folder());
      ReportPage.write(report, snapshot, run.folder(), list());
    }
  }

  private List<Map<String, String>> list() {
    return samples.values().stream().flatMap(List::stream).toList();
  }

  private void add(LineReader line) throws IOException {
    while (lines < MOST_LINES && line.next()) {
      lines++;
      if (!line.tooLong()) {
        String text =
            new String(
                line.buffer(), line.start(), line.end() - line.start(), StandardCharsets.UTF_8);
        add(MAPPER.readTree(text));
      }
    }
  }

  private void add(JsonNode document) {
    JsonNode failure = document.path(ReservedFields.FAILURE);
    String reason = failure.path("reason").asText();
    List<Map<String, String>> known = samples.computeIfAbsent(reason, unknown -> new ArrayList<>());
    if (known.size() < OF_EACH_REASON && document instanceof ObjectNode fields) {
      fields.remove(ReservedFields.FAILURE);
      known.add(
          Map.of(
              "reason",
              reason,
              "message",
              shortened(failure.path("message").asText()),
              "document",
              shortened(fields.toString())));
    }
  }

  private static String shortened(String text) {
    String safe = SafeText.line(text);
    if (safe.length() <= LONGEST) {
      return safe;
    }
    int end = Character.isHighSurrogate(safe.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return safe.substring(0, end) + "…";
  }
}
