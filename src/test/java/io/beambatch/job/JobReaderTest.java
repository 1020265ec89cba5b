package io.beambatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a right job file comes to. */
class JobReaderTest {

  /** The example of the documentation. */
  static final String SENTIMENT =
      """
      name: sentiment
      source:
        type: jsonl
        path: test-data/reviews.jsonl
        id: id
      request:
        provider: openai
        endpoint: /v1/chat/completions
        model: gpt-4o-mini
        body:
          max_tokens: 10
          messages:
            - {role: system, content: "Classify the sentiment"}
            - {role: user, content: "{{text}}"}
      result:
        field: sentiment
      sink:
        type: jsonl
        path: output/sentiment
      failures: {path: output/sentiment-failures}
      limits: {requests: 1000, bytes: 100MB, enqueued_tokens: 2000000}
      retry: {attempts: 2, max_failed: 1%}
      poll: {interval: 30s, deadline: 25h, grace: 5m}
      """;

  /** The fewest keys that make a job. */
  static final String SMALLEST =
      """
      name: smallest
      source: {type: text, path: in.txt}
      request:
        endpoint: /v1/embeddings
        model: text-embedding-3-small
        body: {input: "{{text}}"}
      sink: {type: csv, path: out}
      """;

  @Test
  void readsTables() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            """
            name: shop
            source: {type: bigquery, table: my-shop.data.reviews, method: export, id: id}
            request: {endpoint: /v1/completions, model: m, body: {prompt: x}}
            sink:
              type: bigquery
              table: my-shop:data.answers
              write_disposition: truncate
              create_disposition: never
              partition: {field: day, type: month}
            """,
            List.of());

    TableName reviews = new TableName("my-shop", "data", "reviews");
    assertThat(job.source())
        .isEqualTo(new TableSource(reviews, null, TableSource.Method.EXPORT, "id"));
    assertThat(job.answers())
        .isEqualTo(
            new TableDestination(
                new TableName("my-shop", "data", "answers"),
                TableDestination.WriteDisposition.TRUNCATE,
                TableDestination.CreateDisposition.NEVER,
                new TableDestination.Partition("day", TableDestination.Partition.Type.MONTH)));
    assertThat(job.failures())
        .isEqualTo(TableDestination.appending(new TableName("my-shop", "data", "answers_failed")));
    assertThat(job.failures().path()).isEmpty();
  }

  @Test
  void readsEveryKeyOfTheExample() throws Exception {
    Job job = JobReader.parse("job.yaml", SENTIMENT, List.of());

    assertThat(job.name()).isEqualTo("sentiment");
    assertThat(job.source())
        .isEqualTo(
            new FileSource(
                FileSource.Format.JSONL,
                List.of("test-data/reviews.jsonl"),
                "id",
                false,
                CsvDialect.STANDARD,
                null,
                Duration.ofMinutes(10)));
    assertThat(job.inference().request().provider()).isEqualTo(RequestSpec.Provider.OPENAI);
    assertThat(job.inference().request().endpoint()).isEqualTo("/v1/chat/completions");
    assertThat(job.inference().request().model()).isEqualTo("gpt-4o-mini");
    assertThat(job.inference().request().body())
        .hasToString(
            "{\"max_tokens\":10,\"messages\":["
                + "{\"role\":\"system\",\"content\":\"Classify the sentiment\"},"
                + "{\"role\":\"user\",\"content\":\"{{text}}\"}]}");
    assertThat(job.inference().result()).isEqualTo(new ResultSpec("sentiment", null, null, null));
    assertThat(job.answers())
        .isEqualTo(new FileDestination(FileDestination.Format.JSONL, "output/sentiment"));
    assertThat(job.failures()).isEqualTo(FileDestination.ofFailures("output/sentiment-failures"));
    assertThat(job.inference().limits())
        .isEqualTo(new Limits(1000, 100L * 1024 * 1024, 2_000_000, Long.MAX_VALUE));
    assertThat(job.inference().retry()).isEqualTo(new Retry(2, new Retry.MaxFailed(1, true)));
    assertThat(job.inference().poll())
        .isEqualTo(new Poll(Duration.ofSeconds(30), Duration.ofHours(25), Duration.ofMinutes(5)));
  }

  @Test
  void readsASubscriptionAndTopics() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SMALLEST,
            List.of(
                "source={type: pubsub, subscription: projects/p/subscriptions/in-1, attributes: meta,"
                    + " id: meta.key, window: 1m}",
                "sink={type: pubsub, topic: projects/p/topics/out}"));

    SubscriptionSource source =
        new SubscriptionSource(
            "projects/p/subscriptions/in-1", "meta", "meta.key", Duration.ofMinutes(1));
    assertThat(job.source()).isEqualTo(source);
    assertThat(job.source().paths()).isEmpty();
    assertThat(job.source().isEndless()).isTrue();
    assertThat(source.fetchInterval()).isEqualTo(Duration.ofSeconds(6));
    assertThat(job.answers()).isEqualTo(new TopicDestination("projects/p/topics/out"));
    assertThat(job.answers().place("r1")).isEqualTo("projects/p/topics/out");
    assertThat(job.failures()).isEqualTo(new TopicDestination("projects/p/topics/out-failed"));
  }

  @Test
  void fillsInWhatIsLeftOut() throws Exception {
    Job job = JobReader.parse("job.yaml", SMALLEST, List.of());

    assertThat(job.source())
        .isEqualTo(
            new FileSource(
                FileSource.Format.TEXT,
                List.of("in.txt"),
                null,
                false,
                CsvDialect.STANDARD,
                null,
                Duration.ofMinutes(10)));
    assertThat(job.inference().request().baseUrl()).isNull();
    assertThat(job.inference().result().field()).isEqualTo("answer");
    assertThat(job.failures()).isEqualTo(FileDestination.ofFailures("out-failed"));
    assertThat(job.inference().limits())
        .isEqualTo(new Limits(50_000, 209_715_200, Long.MAX_VALUE, Long.MAX_VALUE));
    assertThat(job.inference().retry()).isEqualTo(new Retry(3, null));
    assertThat(job.inference().poll())
        .isEqualTo(new Poll(Duration.ofSeconds(60), Duration.ofHours(26), Duration.ofMinutes(10)));
    assertThat(job.inference().prices()).isEmpty();
    assertThat(job.inference().keepFiles()).isFalse();
  }

  @Test
  void readsTheRarerKeys() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            """
            name: rare
            keep_files: true
            source:
              type: csv
              path: [a.csv, "gs://bucket/b-*.csv.gz"]
              delimiter: ";"
              watch: 30s
              window: 5m
            request:
              base_url: http://127.0.0.1:8080/v1?api-version=2025-03-01-preview
              headers: {X-Team: nlp}
              endpoint: /v1/responses
              model: my-model
              body: {input: "{{text}}", model: my-model, stream: false, temperature: 0.2}
            result:
              pointer: /output/0/content
              schema: {type: object, required: [a]}
            sink: {type: jsonl, path: "gs://bucket/out"}
            limits: {enqueued_requests: 7, cost_usd: 12.50}
            retry: {max_failed: 100}
            prices:
              my-model: {input: 0.15, output: 0.60}
              gpt-4.1: {input: 2, output: 8, batch_input: 1.5, batch_output: 6}
            """,
            List.of());

    assertThat(job.inference().keepFiles()).isTrue();
    assertThat(job.source())
        .isEqualTo(
            new FileSource(
                FileSource.Format.CSV,
                List.of("a.csv", "gs://bucket/b-*.csv.gz"),
                null,
                false,
                CsvDialect.of(';'),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5)));
    assertThat(job.inference().request().baseUrl())
        .isEqualTo("http://127.0.0.1:8080/v1?api-version=2025-03-01-preview");
    assertThat(job.inference().request().headers()).isEqualTo(Map.of("X-Team", "nlp"));
    assertThat(job.inference().request().body())
        .hasToString("{\"input\":\"{{text}}\",\"stream\":false,\"temperature\":0.2}");
    assertThat(job.inference().result().pointer()).isEqualTo("/output/0/content");
    assertThat(job.inference().result().schema())
        .hasToString("{\"type\":\"object\",\"required\":[\"a\"]}");
    assertThat(job.inference().limits().enqueuedRequests()).isEqualTo(7);
    assertThat(job.inference().limits().costUsd()).isEqualTo(new BigDecimal("12.50"));
    assertThat(job.inference().retry().maxFailed()).isEqualTo(new Retry.MaxFailed(100, false));
    assertThat(job.inference().prices())
        .containsEntry("my-model", price("0.15", "0.60", "0.075", "0.300"))
        .containsEntry("gpt-4.1", price("2", "8", "1.5", "6"));
  }

  @Test
  void keepsTextsThatOlderYamlTakesForSomethingElse() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SMALLEST.replace(
                "{input: \"{{text}}\"}",
                "{a: no, b: 1:30, c: 2026-01-01, d: 1_000, e: ~, f: 1e3, g: 12345678901, h: 'x'}"),
            List.of());

    assertThat(job.inference().request().body())
        .hasToString(
            "{\"a\":\"no\",\"b\":\"1:30\",\"c\":\"2026-01-01\",\"d\":\"1_000\",\"e\":null,"
                + "\"f\":1000.0,\"g\":12345678901,\"h\":\"x\"}");
  }

  @Test
  void takesEndpointsWithoutAVersion() throws Exception {
    Job job = JobReader.parse("job.yaml", SMALLEST, List.of("request.endpoint=/chat/completions"));

    assertThat(job.inference().request().endpoint()).isEqualTo("/chat/completions");
  }

  @Test
  void followsAliases() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SMALLEST.replace(
                "{input: \"{{text}}\"}", "{input: &in \"{{text}}\", again: [*in, *in]}"),
            List.of());

    assertThat(job.inference().request().body())
        .hasToString("{\"input\":\"{{text}}\",\"again\":[\"{{text}}\",\"{{text}}\"]}");
  }

  @Test
  void acceptsSectionsInTemplates() throws Exception {
    Job job =
        JobReader.parse(
            "job.yaml",
            SMALLEST.replace("{{text}}", "{{#tags}}{{.}} {{/tags}}{{^tags}}none{{/tags}}"),
            List.of());

    assertThat(job.inference().request().body().get("input").asText()).startsWith("{{#tags}}");
  }

  @Test
  void survivesJavaSerialization() throws Exception {
    Job job = JobReader.parse("job.yaml", SENTIMENT, List.of());
    var bytes = new java.io.ByteArrayOutputStream();
    try (var out = new java.io.ObjectOutputStream(bytes)) {
      out.writeObject(job);
    }
    try (var in =
        new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(job);
    }
  }

  private static PriceSpec price(String input, String output, String batchIn, String batchOut) {
    return PriceSpec.of(
        new BigDecimal(input),
        new BigDecimal(output),
        new BigDecimal(batchIn),
        new BigDecimal(batchOut));
  }
}
