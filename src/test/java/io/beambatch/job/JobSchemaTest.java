package io.beambatch.job;

import static io.beambatch.job.JobReaderTest.SENTIMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped schema and the code that reads job files say the same. */
class JobSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode SCHEMA = schema();
  private static final JsonSchema VALIDATOR =
      JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(SCHEMA);

  @Test
  void isAJsonSchema() throws IOException {
    JsonSchema metaSchema =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(URI.create("https://json-schema.org/draft/2020-12/schema"));
    assertThat(metaSchema.validate(SCHEMA)).isEmpty();
  }

  @Test
  void hasEveryKeyAndNoOther() {
    List<String> keys = new ArrayList<>();
    keys("", SCHEMA, keys);
    assertThat(keys).containsExactlyInAnyOrderElementsOf(JobKeys.paths());
  }

  @Test
  void refusesOtherKeysWhereverTheCodeDoes() {
    for (String path : JobKeys.paths()) {
      String section = path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : "";
      assertThat(section(section).path("additionalProperties").asBoolean(true))
          .as(section)
          .isFalse();
    }
  }

  /** The code lists its words where it refuses another one. */
  @ParameterizedTest
  @MethodSource("enums")
  void hasTheWordsThatTheCodeTakes(String path, List<String> words) {
    String base = smallest(path);
    assertThatThrownBy(() -> JobReader.parse("job.yaml", base, List.of(path + "=nonsense")))
        .hasMessageContaining(
            path + ": must be " + (words.size() == 1 ? "" : "one of ") + String.join(", ", words));
  }

  private static Stream<Arguments> enums() {
    List<Arguments> enums = new ArrayList<>();
    for (String path : JobKeys.paths()) {
      // Which words are for a format, the code alone says.
      JsonNode inSchema = key(path).at(key(path).has("enum") ? "/enum" : "/anyOf/0/enum");
      if (inSchema.isArray() && !path.equals("sink.compression")) {
        List<String> words = new ArrayList<>();
        inSchema.forEach(word -> words.add(word.asText()));
        words.remove("null");
        enums.add(Arguments.of(path, words));
      }
    }
    assertThat(enums).hasSize(11);
    return enums.stream();
  }

  @Test
  void hasAllCompressions() {
    Set<String> words = new TreeSet<>();
    for (FileDestination.Format format : FileDestination.Format.values()) {
      format.compressions().forEach(compression -> words.add(compression.code()));
    }
    List<String> inSchema = new ArrayList<>();
    key("sink.compression").get("enum").forEach(word -> inSchema.add(word.asText()));
    inSchema.remove("null");
    assertThat(inSchema).containsExactlyInAnyOrderElementsOf(words);
  }

  /** A default that is written out changes nothing. */
  @ParameterizedTest
  @MethodSource("defaults")
  void hasTheDefaultsOfTheCode(String path, String value) throws Exception {
    String yaml = smallest(path);
    assertThat(
            JobReader.parse(
                "job.yaml", yaml, List.of(path + "=" + (value.equals("\"") ? "'\"'" : value))))
        .isEqualTo(JobReader.parse("job.yaml", yaml, List.of()));
  }

  private static Stream<Arguments> defaults() {
    List<Arguments> defaults = new ArrayList<>();
    for (String path : JobKeys.paths()) {
      if (key(path).has("default")) {
        defaults.add(Arguments.of(path, key(path).get("default").asText()));
      }
    }
    assertThat(defaults).hasSizeGreaterThan(12);
    return defaults.stream();
  }

  private static String smallest(String path) {
    String source =
        switch (path) {
          case "source.method" -> "{type: bigquery, table: 'my-shop:data.in'}";
          case "source.delimiter", "source.quote", "source.ragged" -> "{type: csv, path: in.csv}";
          default -> "{type: text, path: in.txt}";
        };
    String sink =
        path.endsWith("_disposition") || path.startsWith("sink.partition")
            ? "{type: bigquery, table: 'my-shop:data.out', partition: {field: day}}"
            : "{type: jsonl, path: out}";
    return """
        name: smallest
        source: %s
        request: {endpoint: /v1/responses, model: m, body: {input: "{{text}}"}}
        sink: %s
        %s
        """
        .formatted(source, sink, path.startsWith("cache.") ? "cache: {path: cache}" : "");
  }

  /** Bounds of whole numbers: the code takes both, and nothing beyond. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "limits.requests",
        "limits.enqueued_tokens",
        "limits.enqueued_requests",
        "limits.image_tokens",
        "retry.attempts"
      })
  void hasTheBoundsOfTheCode(String path) throws Exception {
    long least = key(path).get("minimum").asLong();
    JobReader.parse("job.yaml", SENTIMENT, List.of(path + "=" + least));
    assertThatThrownBy(
            () -> JobReader.parse("job.yaml", SENTIMENT, List.of(path + "=" + (least - 1))))
        .hasMessageContaining(path);
    if (key(path).has("maximum")) {
      long most = key(path).get("maximum").asLong();
      JobReader.parse("job.yaml", SENTIMENT, List.of(path + "=" + most));
      assertThatThrownBy(
              () -> JobReader.parse("job.yaml", SENTIMENT, List.of(path + "=" + (most + 1))))
          .hasMessageContaining(path);
    }
  }

  @ParameterizedTest
  @MethodSource("pipelines")
  void takesTheShippedJobs(Path path) throws Exception {
    assertThat(faults(Files.readString(path))).isEmpty();
  }

  private static Stream<Path> pipelines() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("pipelines"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
    }
  }

  /** What is structurally right or wrong is so for both. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true | name=a-b_C9",
        "false | name=a b",
        "true | source.path=[a, gs://b/c]",
        "false | source.path=[]",
        "false | source.path=[[a]]",
        "false | source.path=",
        "true | source={type: bigquery, query: SELECT 1}",
        "true | source={type: bigquery, table: my-shop.data.in}",
        "false | source={type: bigquery, table: data.in}",
        "false | source={type: bigquery}",
        "true | source={type: pubsub, subscription: projects/p/subscriptions/abc}",
        "false | source={type: pubsub, subscription: projects/p/topics/abc}",
        "false | source.id=[a]",
        "false | source.id=7",
        "false | source.whole_file=yes",
        "true | source.watch=100ms",
        "false | source.watch=soon",
        "false | source.watch=7",
        "true | request.base_url=http://h/v1",
        "false | request.base_url=h",
        "false | request.endpoint=/v1/chat",
        "true | request.endpoint=/chat/completions",
        "true | request.headers={X-Title: reviews}",
        "false | request.headers=[a]",
        "false | request.headers={a b: c}",
        "false | request.model=",
        "false | request.body=text",
        "false | result.field=_batch",
        "true | result.schema={type: object}",
        "false | result.schema=7",
        "false | result.pointer=a/b",
        "true | sink={type: bigquery, table: 'my-shop:data.out', partition: {type: hour}}",
        "false | sink={type: bigquery, table: 'my-shop:data.out', partition: {by: hour}}",
        "true | sink={type: pubsub, topic: projects/p/topics/abc}",
        "false | sink={type: pubsub}",
        "false | sink.path=out/",
        "false | sink.path=out*",
        "true | sink={type: parquet, path: out, compression: zstd}",
        "false | failures={path: a, topic: projects/p/topics/abc}",
        "true | failures={table: 'my-shop:data.out'}",
        "true | limits.bytes=1.5MB",
        "true | limits.bytes=4096",
        "false | limits.bytes=much",
        "true | limits.cost_usd=12.50",
        "false | limits.cost_usd=-1",
        "true | retry.max_failed=1.5%",
        "true | retry.max_failed=100",
        "false | retry.max_failed=1.5",
        "false | retry.max_failed=few",
        "true | poll.deadline=1d",
        "false | poll.deadline=26",
        "true | prices={m: {input: 1, output: 2, batch_input: 0.5}}",
        "false | prices={m: {input: 1}}",
        "true | keep_files=true",
        "false | keep_files=maybe",
        "true | keep=all",
        "true | keep=records",
        "false | keep=everything"
      })
  void saysOfAValueWhatTheCodeSays(boolean right, String override) throws Exception {
    Problems problems = new Problems("job.yaml");
    YamlValue value =
        new Overrides("--set ", problems)
            .apply(YamlParser.parse(SENTIMENT, problems), List.of(override));
    problems.throwIfAny();
    if (right) {
      JobReader.parse("job.yaml", SENTIMENT, List.of(override));
      assertThat(VALIDATOR.validate(value.toJson())).isEmpty();
    } else {
      assertThatThrownBy(() -> JobReader.parse("job.yaml", SENTIMENT, List.of(override)))
          .isInstanceOf(JobFileException.class);
      assertThat(VALIDATOR.validate(value.toJson())).isNotEmpty();
    }
  }

  private static Set<ValidationMessage> faults(String yaml) throws JobFileException {
    return VALIDATOR.validate(YamlParser.parse(yaml, new Problems("job.yaml")).toJson());
  }

  private static void keys(String path, JsonNode section, List<String> keys) {
    resolved(section)
        .path("properties")
        .fields()
        .forEachRemaining(
            property -> {
              String key = Section.join(path, property.getKey());
              keys.add(key);
              keys(key, property.getValue(), keys);
            });
    if (resolved(section).at("/additionalProperties/$ref").isTextual()) {
      keys(Section.join(path, JobKeys.MODEL), section(path).get("additionalProperties"), keys);
    }
  }

  private static JsonNode key(String path) {
    int dot = path.lastIndexOf('.');
    String section = dot < 0 ? "" : path.substring(0, dot);
    return section(section).get("properties").get(path.substring(dot + 1));
  }

  private static JsonNode section(String path) {
    JsonNode section = SCHEMA;
    if (!path.isEmpty()) {
      for (String key : path.split("\\.", -1)) {
        section =
            resolved(
                key.equals(JobKeys.MODEL)
                    ? section.get("additionalProperties")
                    : section.get("properties").get(key));
      }
    }
    return section;
  }

  private static JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText("");
    return reference.startsWith("#/$defs/") ? SCHEMA.at(reference.substring(1)) : node;
  }

  private static JsonNode schema() {
    try {
      return JSON.readTree(JobSchema.text());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
