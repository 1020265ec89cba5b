package io.beambatch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.cost.PriceTable;
import io.beambatch.document.Document;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.RequestSpec;
import io.beambatch.source.SourceSample;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job file as {@code init} writes it: the source as the first documents show it, a question about
 * their longest text, and the keys that a first job needs. It contains names of fields, and none of
 * their values.
 */
final class JobDraft {
  private static final int SAMPLE = 100;
  private static final int MOST_FIELDS = 30;
  private static final int LONGEST_NAME = 50;
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** The kinds of questions; each has a resource file. */
  enum Task {
    CLASSIFY,
    EXTRACT,
    SUMMARIZE,
    EMBED
  }

  private final String from;
  private final String name;
  private final Task task;
  private final SampledFiles files;
  private final List<SampledField> fields;
  private final String text;
  private final RequestSpec.Provider provider;
  private final String model;

  private JobDraft(
      String from, Task task, Found found, RequestSpec.Provider provider, String model) {
    this.from = from;
    this.task = task;
    this.files = found.files();
    this.fields = found.fields();
    this.text = found.text();
    this.provider = provider;
    this.model = model;
    this.name = name(from, task);
  }

  /**
   * Drafts a job.
   *
   * @param from a file or a pattern
   * @param model or null for a small one
   * @throws UserException if there is no text to ask about, or no model is known
   */
  static JobDraft of(String from, Task task, RequestSpec.Provider provider, @Nullable String model)
      throws IOException {
    checkEndpoint(task, provider);
    String asked = model == null ? usualModel(task, provider) : model;
    Path scratch = Files.createTempDirectory("beambatch-init");
    try {
      SampledFiles files = SampledFiles.of(from, scratch);
      List<Document> sample = SourceSample.of(files.source(from), SAMPLE, scratch.toString());
      if (sample.isEmpty()) {
        throw new UserException(
            "no document was found in the first part of "
                + from
                + "; 'validate' of a job file says what is wrong with each",
            ExitCode.USAGE);
      }
      List<SampledField> fields = fields(sample);
      return new JobDraft(
          from, task, new Found(files, fields, longestText(from, fields)), provider, asked);
    } catch (UserException e) {
      // Whoever drafts a job has no source.path yet.
      throw new UserException(
          Objects.requireNonNull(e.getMessage()).replace("source.path ", "--from "),
          e,
          e.exitCode());
    } finally {
      Storage.deleteFolder(scratch.toString());
    }
  }

  private static void checkEndpoint(Task task, RequestSpec.Provider provider) {
    if (task == Task.EMBED
        && provider.api().endpoints().stream()
            .noneMatch(endpoint -> endpoint.path().equals("/v1/embeddings"))) {
      throw new UserException(
          "--task embed: a draft exists for /v1/embeddings only, which "
              + provider.word()
              + " doesn't have; take --provider openai, and see docs/providers.md for others",
          ExitCode.USAGE);
    }
  }

  private static String usualModel(Task task, RequestSpec.Provider provider) {
    String model =
        switch (provider) {
          case OPENAI -> task == Task.EMBED ? "text-embedding-3-small" : "gpt-4o-mini";
          case ANTHROPIC -> "claude-haiku-4-5";
          case GEMINI -> "gemini-2.5-flash";
          default -> null;
        };
    if (model == null) {
      throw new UserException(
          "--model is missing: name a model of " + provider.word(), ExitCode.USAGE);
    }
    return model;
  }

  /** The job's name. */
  String name() {
    return name;
  }

  /** The job file. */
  String text() throws IOException {
    StringBuilder text = new StringBuilder();
    line(text, "# A draft: read it through, change what is asked, and try 'plan', which is free.");
    line(text, "# docs/job-file.md describes every key.");
    line(text, "name: " + name);
    line(text, "source:");
    line(text, "  type: " + files.format().name().toLowerCase(Locale.ROOT));
    line(text, "  path: " + quoted(from));
    files.keys().forEach((key, value) -> line(text, "  " + key + ": " + value));
    Optional<SampledField> id = fields.stream().filter(SampledField::identifies).findFirst();
    line(
        text,
        id.map(field -> "  id: " + quoted(field.name()))
            .orElse("  # id: FIELD           names a document; without it, file and line do"));
    line(text, "  # Fields, and what the first documents have in them:");
    fields.stream().limit(MOST_FIELDS).forEach(field -> line(text, "  #   " + field.sentence()));
    if (fields.size() > MOST_FIELDS) {
      line(text, "  #   and " + (fields.size() - MOST_FIELDS) + " more");
    }
    text.append(question());
    line(text, "sink:");
    line(text, "  type: jsonl           # or csv, avro, parquet, bigquery");
    line(text, "  path: " + quoted("output/" + name));
    line(text, "# Documents without an answer, each with its reason.");
    line(text, "failures: {path: " + quoted("output/" + name + "-failed") + "}");
    boolean priced = PriceTable.shipped().price(provider.word(), model, Map.of()).isPresent();
    line(text, "# Where it would cost more, nothing is sent" + (priced ? "." : "; needs prices:"));
    line(text, (priced ? "" : "# ") + "limits: {cost_usd: 5}");
    line(text, "# Tried three times. More failures than this end with exit code 3.");
    line(text, "retry: {attempts: 3, max_failed: 2%}");
    return text.toString();
  }

  private String question() throws IOException {
    String resource = "init/" + task.name().toLowerCase(Locale.ROOT) + ".yaml";
    try (InputStream stream =
        Objects.requireNonNull(JobDraft.class.getResourceAsStream(resource), resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .replace("${provider}", provider.word())
          .replace("${model}", quoted(model))
          .replace("${template}", quoted("{{" + text + "}}"));
    }
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }

  /** A double-quoted text is the same in YAML and in JSON. */
  static String quoted(String text) {
    try {
      return MAPPER.writeValueAsString(text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(String from, Task task) {
    String file = SampledFiles.unpacked(from.substring(from.lastIndexOf('/') + 1));
    String folder = from.contains("/") ? from.substring(0, from.lastIndexOf('/')) : "";
    String plain = file.contains("*") ? folder.substring(folder.lastIndexOf('/') + 1) : file;
    String slug =
        plain
            .replaceFirst("\\.[^.]*$", "")
            .replaceAll("[^A-Za-z0-9_-]+", "-")
            .replaceAll("^-+|-+$", "");
    String word = task.name().toLowerCase(Locale.ROOT);
    return slug.isEmpty()
        ? word
        : slug.substring(0, Math.min(slug.length(), LONGEST_NAME)) + "-" + word;
  }

  private static List<SampledField> fields(List<Document> sample) throws IOException {
    Map<String, List<JsonNode>> values = new LinkedHashMap<>();
    for (Document document : sample) {
      for (Map.Entry<String, JsonNode> field : MAPPER.readTree(document.json()).properties()) {
        values.computeIfAbsent(field.getKey(), name -> new ArrayList<>()).add(field.getValue());
      }
    }
    List<SampledField> fields = new ArrayList<>();
    values.forEach((name, found) -> fields.add(SampledField.of(name, found, sample.size())));
    return fields;
  }

  private static String longestText(String from, List<SampledField> fields) {
    return fields.stream()
        .filter(field -> field.length() > 0 && field.isSimple())
        .max(Comparator.comparingLong(SampledField::length))
        .map(SampledField::name)
        .orElseThrow(
            () ->
                new UserException(
                    "none of the fields of "
                        + from
                        + " is a text that a request could ask about; found: "
                        + String.join(", ", fields.stream().map(SampledField::name).toList()),
                    ExitCode.USAGE));
  }

  /** What a sample shows. */
  private record Found(SampledFiles files, List<SampledField> fields, String text) {}
}
