package io.beambatch.template;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.template.TemplateOptions.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Generates the descriptions of the flex template's parameters from {@link TemplateOptions}: its
 * metadata, its container specs, one for bounded jobs and one for streams, and the table in the
 * documentation.
 */
public final class TemplateFiles {
  /** The placeholder for the image in the container spec; the build script replaces it. */
  static final String IMAGE = "@IMAGE@";

  static final Path METADATA = Path.of("templates/dataflow/flex/metadata.json");
  static final Path CONTAINER_SPEC = Path.of("templates/dataflow/flex/container-spec.json");
  static final Path STREAM_SPEC = Path.of("templates/dataflow/flex/container-spec-stream.json");
  static final Path DOCUMENTATION = Path.of("docs/dataflow.md");

  private static final String BEGIN = "<!-- parameters: made by TemplateFiles -->\n";
  private static final String END = "<!-- end of parameters -->\n";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private TemplateFiles() {}

  /** Generates the files in the project's folder: the first argument, or the current folder. */
  public static void main(String[] args) throws IOException {
    Path project = Path.of(args.length == 0 ? "" : args[0]);
    for (Map.Entry<Path, String> file : all(project).entrySet()) {
      Path path = project.resolve(file.getKey());
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.writeString(path, file.getValue());
      System.out.println(path);
    }
  }

  /** The generated content of each file, by its path in the project. */
  static Map<Path, String> all(Path project) throws IOException {
    Map<Path, String> files = new LinkedHashMap<>();
    files.put(METADATA, json(metadata(false)));
    files.put(CONTAINER_SPEC, json(containerSpec(false)));
    files.put(STREAM_SPEC, json(containerSpec(true)));
    files.put(DOCUMENTATION, withTable(Files.readString(project.resolve(DOCUMENTATION))));
    return files;
  }

  private static ObjectNode containerSpec(boolean streaming) {
    ObjectNode spec = MAPPER.createObjectNode().put("image", IMAGE);
    spec.set("metadata", metadata(streaming));
    spec.putObject("sdkInfo").put("language", "JAVA");
    if (streaming) {
      spec.putObject("defaultEnvironment").put("enableStreamingEngine", true);
    }
    return spec;
  }

  /** The console's metadata for bounded jobs, or for streams. */
  private static ObjectNode metadata(boolean streaming) {
    ObjectNode metadata =
        MAPPER
            .createObjectNode()
            .put("name", streaming ? "Batch inference of a stream" : "Batch inference")
            .put(
                "description",
                "Takes the documents that a job file names through a provider's batch API, and"
                    + " writes them with their answers: nothing lost, nothing paid twice."
                    + (streaming
                        ? " For sources that never end: watched folders, and Pub/Sub."
                        : ""))
            .put("streaming", streaming);
    if (streaming) {
      metadata
          .put("supportsAtLeastOnce", false)
          .put("supportsExactlyOnce", true)
          .put("defaultStreamingMode", "EXACTLY_ONCE");
    }
    for (ParameterSpec spec : ParameterSpec.all()) {
      add(metadata, streaming ? spec.without(Mode.SUBMIT, Mode.COLLECT) : spec);
    }
    return metadata;
  }

  private static void add(ObjectNode metadata, ParameterSpec spec) {
    ObjectNode parameter =
        metadata
            .withArray("parameters")
            .addObject()
            .put("name", spec.name())
            .put("label", spec.label())
            .put("helpText", spec.helpText() + " Example: " + spec.example())
            .put("paramType", spec.kind().name())
            .put("isOptional", spec.isOptional());
    if (spec.regex() != null) {
      parameter.putArray("regexes").add(spec.regex());
    }
    if (!spec.choices().isEmpty()) {
      ArrayNode options = parameter.putArray("enumOptions");
      spec.choices()
          .forEach(choice -> options.addObject().put("value", choice).put("label", choice));
    }
    if (spec.usual() != null) {
      parameter.put("defaultValue", spec.usual());
    }
  }

  private static String json(ObjectNode node) throws IOException {
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
  }

  private static String withTable(String text) {
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(
          DOCUMENTATION
              + " has no lines "
              + BEGIN.strip()
              + " and "
              + END.strip()
              + " for the table");
    }
    return text.substring(0, begin + BEGIN.length()) + "\n" + table() + "\n" + text.substring(end);
  }

  private static String table() {
    StringBuilder table = new StringBuilder("| parameter | | meaning |\n|---|---|---|\n");
    for (ParameterSpec spec : ParameterSpec.all()) {
      table.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s | %s Example: `%s` |%n",
              spec.name(),
              spec.isOptional()
                  ? spec.usual() == null ? "optional" : "`" + spec.usual() + "`"
                  : "required",
              spec.helpText(),
              spec.example()));
    }
    return table.toString();
  }

  /** All parameters that the template takes. */
  static List<String> names() {
    return ParameterSpec.all().stream().map(ParameterSpec::name).toList();
  }
}
