package io.beambatch.job;

import static io.beambatch.job.JobReaderTest.SENTIMENT;
import static io.beambatch.job.JobReaderTest.SMALLEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said about a wrong job file. */
class JobFileErrorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void namesLineFieldAndWhatIsExpected(
      String there, String put, int line, String path, String said) {
    assertThat(SENTIMENT).contains(there);

    JobFileException e = errors(SENTIMENT.replace(there, put));

    assertThat(e.problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.file()).isEqualTo("job.yaml");
              assertThat(problem.line()).isEqualTo(line);
              assertThat(problem.fieldPath()).isEqualTo(path);
              assertThat(problem.message()).contains(said);
            });
  }

  private static List<Arguments> wrongFiles() {
    return List.of(
        wrong(
            "  path: test-data/reviews.jsonl", "  pth: x", 4, "source.pth", "did you mean 'path'?"),
        wrong("  path: test-data/reviews.jsonl", "", 2, "source.path", "is missing"),
        wrong(
            "  id: id", "  id: [a]", 5, "source.id", "must be the name of a field, but was a list"),
        wrong("  id: id", "  whole_file: true", 5, "source.whole_file", "is for 'type: text' only"),
        wrong(
            "  id: id",
            "  whole_file: yes",
            5,
            "source.whole_file",
            "must be true or false, but was the text 'yes'"),
        wrong("  id: id", "  delimiter: ';'", 5, "source.delimiter", "is for 'type: csv' only"),
        wrong("  id: id", "  quote: none", 5, "source.quote", "is for 'type: csv' only"),
        wrong("  id: id", "  ragged: true", 5, "source.ragged", "is for 'type: csv' only"),
        wrong(
            "  id: id",
            "  watch: soon",
            5,
            "source.watch",
            "must be a duration such as 500ms, 30s"),
        wrong("  id: id", "  table: a", 5, "source.table", "is for 'type: bigquery' only"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: bigquery\n  table: data.reviews",
            4,
            "source.table",
            "must be a table's full name, such as project:dataset.table, but was 'data.reviews'"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: bigquery",
            2,
            "source.table",
            "is missing; it is a table's full name, such as project:dataset.table; or give a"
                + " source.query"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: bigquery\n  table: my-shop:data.reviews\n  query: SELECT 1",
            5,
            "source.query",
            "can't be combined with source.table"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: bigquery\n  table: my-shop:data.reviews\n  path: x",
            5,
            "source.path",
            "is for files only"),
        wrong(
            "  type: jsonl\n  path: output/sentiment",
            "  type: bigquery\n  table: my-shop:data.out\n  write_disposition: replace",
            20,
            "sink.write_disposition",
            "must be one of append, truncate, empty"),
        wrong(
            "  type: jsonl\n  path: output/sentiment",
            "  type: bigquery\n  table: my-shop:data.out\n  partition: {by: day}",
            20,
            "sink.partition.by",
            "there is no such key (sink.partition has: field, type)"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: pubsub",
            2,
            "source.subscription",
            "is missing; it is a subscription's full name, such as"
                + " projects/my-project/subscriptions/reviews"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: pubsub\n  subscription: projects/my-project/topics/reviews",
            4,
            "source.subscription",
            "must be a subscription's full name, such as projects/my-project/subscriptions/reviews,"
                + " but was 'projects/my-project/topics/reviews'"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: pubsub\n  subscription: projects/p/subscriptions/abc\n  topic: projects/p/topics/abc",
            5,
            "source.topic",
            "a topic keeps no messages for later, a subscription does: create one"),
        wrong(
            "  type: jsonl\n  path: test-data/reviews.jsonl",
            "  type: pubsub\n  subscription: projects/p/subscriptions/abc\n  watch: 1s",
            5,
            "source.watch",
            "is for files only"),
        wrong("  id: id", "  attributes: a", 5, "source.attributes", "is for 'type: pubsub' only"),
        wrong("  id: id", "  subscribtion: a", 5, "source.subscribtion", "mean 'subscription'?"),
        wrong(
            "  type: jsonl\n  path: output/sentiment",
            "  type: pubsub\n  topic: sentiments",
            19,
            "sink.topic",
            "must be a topic's full name, such as projects/my-project/topics/reviews, but was"
                + " 'sentiments'"),
        wrong(
            "  type: jsonl\n  path: output/sentiment",
            "  type: pubsub\n  topic: projects/p/topics/abc\n  compression: gzip",
            20,
            "sink.compression",
            "is for files only"),
        wrong("  id: id", "  window: 0s", 5, "source.window", "but was the text '0s'"),
        wrong(
            "  id: id",
            "  window: 60",
            5,
            "source.window",
            "must be a duration such as 500ms, 30s, 10m, 26h or 1d, from 100ms to 30d, but was 60"),
        wrong(
            "  type: jsonl\n  path: test",
            "  type: orc\n  path: test",
            3,
            "source.type",
            "must be one of jsonl, json, text, csv, avro, parquet, bigquery, pubsub, but was the text 'orc'"),
        wrong(
            "  type: jsonl\n  path: test",
            "  type: jsnl\n  path: test",
            3,
            "source.type",
            "did you mean 'jsonl'?"),
        wrong(
            "  type: jsonl\n  path: output",
            "  type: orc\n  path: output",
            18,
            "sink.type",
            "must be one of jsonl, csv, avro, parquet, bigquery, pubsub, but was the text 'orc'"),
        wrong(
            "test-data/reviews.jsonl",
            "s3://bucket/x",
            4,
            "source.path",
            "must be local or begin with gs://, but begins with s3://"),
        wrong("test-data/reviews.jsonl", "gs:///x", 4, "source.path", "but names no bucket"),
        wrong(
            "name: sentiment",
            "cache: {path: 's3://x'}\nname: sentiment",
            1,
            "cache.path",
            "begins with s3://"),
        wrong(
            "name: sentiment",
            "cache: {path: 'gs://'}\nname: sentiment",
            1,
            "cache.path",
            "but names no bucket"),
        wrong("test-data/reviews.jsonl", "[]", 4, "source.path", "but the list is empty"),
        wrong("test-data/reviews.jsonl", "[a, 7]", 4, "source.path", "but was 7"),
        wrong(
            "provider: openai",
            "provider: anthropik",
            7,
            "request.provider",
            "must be one of openai, anthropic, gemini, mistral, azure, groq, together, deepinfra,"
                + " doubleword, openrouter, but was the text 'anthropik'"),
        wrong(
            "provider: openai",
            "base_url: ftp://x",
            7,
            "request.base_url",
            "must be the address of a server"),
        wrong(
            "provider: openai",
            "base_url: 'http://me:pw@x'",
            7,
            "request.base_url",
            "must not carry a user or a password"),
        wrong(
            "provider: openai",
            "base_url: https://h/v1?key=1",
            7,
            "request.base_url",
            "with nothing but ?api-version=… after the path"),
        wrong(
            "provider: openai",
            "headers: {authorization: Bearer x}",
            7,
            "request.headers.authorization",
            "come from the environment: OPENAI_API_KEY"),
        wrong(
            "provider: openai",
            "headers: {X-Own: sk-proj-abcdefgh}",
            7,
            "request.headers.X-Own",
            "looks like a key"),
        wrong(
            "provider: openai",
            "headers: {Content-Type: text/plain}",
            7,
            "request.headers.Content-Type",
            "is written by the client itself"),
        wrong(
            "provider: openai",
            "headers: {X-Own: [1]}",
            7,
            "request.headers.X-Own",
            "must be a header"),
        wrong("provider: openai", "headers: x", 7, "request.headers", "must be a mapping"),
        wrong(
            "provider: openai",
            "api_key: sk-1",
            7,
            "request.api_key",
            "come from the environment: OPENAI_API_KEY"),
        wrong(
            "provider: openai",
            "temperature: 0",
            7,
            "request.temperature",
            "it belongs under request.prompt or request.body"),
        wrong(
            "/v1/chat/completions",
            "/v1/chat/completion",
            8,
            "request.endpoint",
            "did you mean '/v1/chat/completions'?"),
        wrong(
            "model: gpt-4o-mini",
            "model: 4",
            9,
            "request.model",
            "must be the model's name, such as gpt-4o-mini, but was 4"),
        wrong("model: gpt-4o-mini", "model: '{{m}}'", 9, "request.model", "can't be a template"),
        wrong(
            "max_tokens: 10",
            "model: gpt-4o",
            11,
            "request.body.model",
            "must be the same as request.model"),
        wrong("max_tokens: 10", "stream: true", 11, "request.body.stream", "can't be streamed"),
        wrong(
            "\"{{text}}\"",
            "\"{{#text}}\"",
            14,
            "request.body.messages.1.content",
            "isn't a valid template"),
        wrong(
            "\"{{text}}\"",
            "\"{{text\"",
            14,
            "request.body.messages.1.content",
            "isn't a valid template"),
        wrong(
            "\"{{text}}\"",
            "\"{{>text}}\"",
            14,
            "request.body.messages.1.content",
            "there are no templates to include"),
        wrong("\"{{text}}\"", "{{text}}", 14, "request.body.messages.1.content", "quote it"),
        wrong(
            "\"{{text}}\"", "\"{{}}\"", 14, "request.body.messages.1.content", "a tag has no name"),
        wrong(
            "field: sentiment",
            "field: _batch",
            16,
            "result.field",
            "is written for every document"),
        wrong("field: sentiment", "pointer: choices/0", 16, "result.pointer", "it begins with '/'"),
        wrong("field: sentiment", "schema: 7", 16, "result.schema", "but was 7"),
        wrong(
            "field: sentiment",
            "schema: none.json",
            16,
            "result.schema",
            "can't read none.json: there is no such file"),
        wrong("path: output/sentiment\n", "path: output/\n", 19, "sink.path", "ends with '/'"),
        wrong(
            "path: output/sentiment\n",
            "path: output/*.jsonl\n",
            19,
            "sink.path",
            "patterns and templates are not possible"),
        wrong("output/sentiment-failures", "output/sentiment", 20, "failures.path", "would mix"),
        wrong(
            "path: output/sentiment\nfailures: {path: output/sentiment-failures}",
            "path: \"-\"\nfailures: {path: \"-\"}",
            20,
            "failures.path",
            "answers and failures would mix"),
        wrong(
            "path: output/sentiment\nfailures: {path: output/sentiment-failures}",
            "path: \"-\"",
            1,
            "failures.path",
            "answers on standard output (sink.path '-') leave none"),
        wrong(
            "type: jsonl\n  path: output/sentiment\n",
            "type: csv\n  path: \"-\"\n",
            19,
            "sink.path",
            "'-' is standard output, which is for 'type: jsonl' only"),
        wrong(
            "path: output/sentiment\n",
            "path: \"-\"\n  compression: gzip\n",
            20,
            "sink.compression",
            "pipe standard output through a compressor"),
        wrong(
            "type: jsonl\n  path: test-data/reviews.jsonl",
            "type: csv\n  path: \"-\"",
            4,
            "source.path",
            "'-' is standard input, which is read as 'type: jsonl' only"),
        wrong(
            "test-data/reviews.jsonl",
            "[a, \"-\"]",
            4,
            "source.path",
            "must not have '-', which is standard input, beside other paths"),
        wrong(
            "path: test-data/reviews.jsonl",
            "path: \"-\"\n  watch: 1m",
            5,
            "source.watch",
            "standard input is read once"),
        wrong(
            "requests: 1000",
            "requests: 50001",
            21,
            "limits.requests",
            "from 1 to 50000, but was 50001"),
        wrong("requests: 1000", "requests: 0", 21, "limits.requests", "from 1 to 50000, but was 0"),
        wrong("requests: 1000", "requests: 1.5", 21, "limits.requests", "must be a whole number"),
        wrong("requests: 1000", "requests: '10'", 21, "limits.requests", "but was the text '10'"),
        wrong("requests: 1000", "cost_usd: -1", 21, "limits.cost_usd", "must be an amount in USD"),
        wrong("poll:", "canary: 200\npoll:", 23, "canary", "must be a mapping"),
        wrong("poll:", "canary: {stop_if: {}}\npoll:", 23, "canary.documents", "is missing"),
        wrong(
            "poll:",
            "canary: {documents: 0}\npoll:",
            23,
            "canary.documents",
            "from 1 to 50000, but was 0"),
        wrong(
            "poll:",
            "canary: {documents: 9, stop_if: {failed: 5}}\npoll:",
            23,
            "canary.stop_if.failed",
            "must be a share of the sample such as 5%, but was 5"),
        wrong(
            "poll:",
            "canary: {documents: 9, stop_if: {failed: 101%}}\npoll:",
            23,
            "canary.stop_if.failed",
            "must be a share of the sample such as 5%"),
        wrong(
            "poll:",
            "canary: {documents: 9, stop_if: {invalid_answers: 5%}}\npoll:",
            23,
            "canary.stop_if.invalid_answers",
            "did you mean 'invalid_answer'?"),
        wrong("requests: 1000", "window: 10m", 21, "limits.window", "it belongs under source"),
        wrong(
            "bytes: 100MB",
            "bytes: 201MB",
            21,
            "limits.bytes",
            "at most 200MB (209715200 bytes), but was the text '201MB'"),
        wrong("bytes: 100MB", "bytes: lots", 21, "limits.bytes", "must be a size"),
        wrong(
            "enqueued_tokens: 2000000",
            "enqueued_tokens: 0",
            21,
            "limits.enqueued_tokens",
            "of at least 1, but was 0"),
        wrong(
            "attempts: 2",
            "attempts: 11",
            22,
            "retry.attempts",
            "must be a whole number from 1 to 10, but was 11"),
        wrong(
            "attempts: 2",
            "attempts: 99999999999999999999999",
            22,
            "retry.attempts",
            "from 1 to 10"),
        wrong(
            "attempts: 2",
            "attempts: 1e999",
            22,
            "retry.attempts",
            "the number 1e999 is out of range"),
        wrong("attempts: 2", "atempts: 2", 22, "retry.atempts", "did you mean 'attempts'?"),
        wrong(
            "max_failed: 1%",
            "max_failed: 101%", 22, "retry.max_failed", "a share of them such as 1%"),
        wrong(
            "max_failed: 1%",
            "max_failed: few", 22, "retry.max_failed", "a number of documents such as 100"),
        wrong(
            "deadline: 25h",
            "deadline: 1s",
            23,
            "poll.deadline",
            "must not be shorter than poll.interval"),
        wrong("deadline: 25h", "deadline: 99d", 23, "poll.deadline", "to 30d"),
        wrong(
            "name: sentiment",
            "name: my job",
            1,
            "name",
            "must be 1 to 64 of A-Z a-z 0-9 _ -, but was 'my job'"),
        wrong("name: sentiment", "", 1, "name", "is missing"),
        wrong("name: sentiment", "name: x\nwindow: 1m", 2, "window", "it belongs under source"),
        wrong(
            "name: sentiment",
            "name: x\nmessages: []",
            2,
            "messages",
            "it belongs under request.body"),
        wrong("name: sentiment", "name: x\nsoruce: {}", 2, "soruce", "did you mean 'source'?"),
        wrong(
            "name: sentiment",
            "name: x\nbanana: {}",
            2,
            "banana",
            "there is no such key (the file has: name, source"),
        wrong("name: sentiment", "name: x\nname: y", 2, "name", "is given twice: first in line 1"),
        wrong(
            "name: sentiment",
            "name: x\nprices: {m: {input: 1}}",
            2,
            "prices.m.output",
            "is missing"),
        wrong(
            "name: sentiment",
            "name: x\nprices: {m: {input: a, output: 1}}",
            2,
            "prices.m.input",
            "must be an amount in USD"),
        wrong(
            "name: sentiment",
            "name: x\nprices: 5",
            2,
            "prices",
            "must be a mapping from models to prices, but was 5"),
        wrong("name: sentiment", "name: x\n<<: {a: b}", 2, "", "merge keys (<<) are not supported"),
        wrong(
            "name: sentiment",
            "name: !!timestamp 2026-01-01",
            1,
            "name",
            "can't be a tag:yaml.org,2002:timestamp"),
        wrong(
            "name: sentiment",
            "name: !<tag:x,2020:y> {a: b}",
            1,
            "name",
            "the tag tag:x,2020:y is not supported"),
        wrong("name: sentiment", "name: \"a", 13, "", "isn't valid YAML"),
        wrong(
            "name: sentiment",
            "name: a: b",
            1,
            "",
            "isn't valid YAML: mapping values are not allowed here"),
        wrong(
            "name: sentiment",
            "name: *nothing",
            1,
            "",
            "isn't valid YAML: found undefined alias nothing"),
        wrong(
            "name: sentiment",
            "name: \u0007",
            1,
            "",
            "isn't valid YAML: the character U+0007 is not allowed"),
        wrong("poll:", "---\npoll:", 24, "", "a second YAML document starts here"),
        wrong(
            "  field: sentiment",
            "  field: sentiment\n  schema: {type: object, properties: {a: {type: text}}}",
            17,
            "result.schema.properties.a.type",
            "isn't right in a JSON schema: it must be one of"),
        wrong(
            "  field: sentiment",
            "  field: sentiment\n  schema:\n    type: object\n    required: a",
            19,
            "result.schema.required",
            "isn't right in a JSON schema: string found, array expected"),
        wrong(
            "    max_tokens: 10",
            "    response_format: {type: json_schema, json_schema: {name: a, schema: {minItems: -1}}}",
            11,
            "request.body.response_format.json_schema.schema.minItems",
            "isn't right in a JSON schema: must have a minimum value of 0"));
  }

  /** What stands in the example, what is put there, and what is said of it. */
  private static Arguments wrong(String there, String put, int line, String path, String said) {
    return Arguments.of(there, put, line, path, said);
  }

  @Test
  void refusesToPrintWhatNeverEnds() {
    String watched =
        SENTIMENT
            .replace("  id: id", "  watch: 1m")
            .replace("path: output/sentiment\n", "path: \"-\"\n");

    assertThat(errors(watched))
        .hasMessageContaining("source: never ends, and '-' is printed at the end");
  }

  @Test
  void saysEverythingAtOnceInTheFilesOrder() {
    JobFileException e =
        errors(
            SMALLEST
                .replace("name: smallest", "nmae: smallest")
                .replace("endpoint: /v1/embeddings", "endpoint: embeddings")
                .replace("sink: {type: csv, path: out}", "sink: {type: tsv, path: out, ext: x}"));

    assertThat(e)
        .hasMessage(
            """
            job.yaml has 5 errors:
              * line 1: name: is missing; it is the job's name: 1 to 64 of A-Z a-z 0-9 _ -
              * line 1, column 1: nmae: there is no such key; did you mean 'name'? (the file has: \
            name, source, request, result, sink, failures, limits, retry, poll, prices, duplicates, \
            cache, canary, keep_files, keep)
              * line 4, column 13: request.endpoint: must be one of /v1/chat/completions, \
            /v1/responses, /v1/embeddings, /v1/completions, /v1/moderations, but was the text \
            'embeddings'; did you mean '/v1/embeddings'?
              * line 7, column 14: sink.type: must be one of jsonl, csv, avro, parquet, bigquery, pubsub, but was the text 'tsv'; did you mean \
            'csv'?
              * line 7, column 30: sink.ext: there is no such key (sink has: type, path, compression, escape_formulas, table, topic, write_disposition, \
            create_disposition, partition)""");
  }

  @Test
  void showsProblemsTheWayCompilersDo() {
    assertThat(errors(SMALLEST.replace("smallest", "s p")).problems().get(0))
        .hasToString("job.yaml:1:7: name: must be 1 to 64 of A-Z a-z 0-9 _ -, but was 's p'");
  }

  @Test
  void showsWhatWasFoundOnOneLine() {
    assertThat(errors(SMALLEST.replace("smallest", "\"größe\\n\\a" + "日".repeat(60) + "\"")))
        .hasMessageEndingWith("but was 'größe\\n\\u0007" + "日".repeat(53) + "…'");
  }

  @Test
  void neverShowsAKey() {
    String yaml =
        SMALLEST.replace("  model:", "  api_key: sk-123\n  base_url: https://u:sk-123@h\n  model:");

    assertThat(errors(yaml)).hasMessageNotContaining("sk-123");
    assertThat(
            errors(
                SMALLEST,
                "request.body.api_key=topsecret1",
                "request.headers.Authorization=Bearer topsecret2",
                "request.headers.X-Own=sk-topsecret3",
                "request.headers={x-api-key: topsecret4}",
                "request.endpoint=sk-topsecret5"))
        .hasMessageContaining("request.body.api_key: would send a key with every document")
        .hasMessageContaining("request.headers")
        .hasMessageNotContaining("topsecret");
    assertThat(errors(SMALLEST, "request.api_key=sk-123", "request.base_url=https://u:sk-123@h/v1"))
        .hasMessageNotContaining("sk-123");
  }

  @Test
  void doesNotAskForTheKeysOfASectionThatIsNoMapping() {
    assertThat(errors(SMALLEST.replace("sink: {type: csv, path: out}", "sink: out")).problems())
        .singleElement()
        .asString()
        .isEqualTo(
            "job.yaml:7:1: sink: must be a mapping with the keys type, path, compression, escape_formulas, table, topic, write_disposition,"
                + " create_disposition, partition, but was the text 'out'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# only a comment\n", "---\n"})
  void saysThatAFileIsEmpty(String yaml) {
    assertThat(errors(yaml).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.line()).isPositive())
        .satisfies(p -> assertThat(p.message()).containsAnyOf("is empty", "was empty"));
  }

  @Test
  void stopsAliasesFromGrowing() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String alias = "*a" + (i - 1);
      yaml.append(
          "a%d: &a%d [%s]\n"
              .formatted(
                  i,
                  i,
                  String.join(
                      ", ",
                      List.of(alias, alias, alias, alias, alias, alias, alias, alias, alias))));
    }

    assertThat(errors(yaml.toString()).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("100000 values once its aliases"))
        .satisfies(p -> assertThat(p.line()).isNotNull());
  }

  @Test
  void stopsAtAliasesThatLeadBackToThemselves() {
    assertThat(errors(SMALLEST + "poll: &p {interval: *p}\n"))
        .hasMessageContaining("an alias may lead back to itself");
  }

  @Test
  void stopsAtDeepNesting() {
    assertThat(errors("a: 1\nb: " + "[".repeat(5000)).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("isn't valid YAML"))
        .satisfies(p -> assertThat(p.line()).isEqualTo(2));
  }

  @Test
  void namesTheFileThatIsMissing() {
    String path = folder.resolve("none.yaml").toString();
    assertThat(readErrors(path))
        .hasMessage(path + " has an error:\n  * the job file can't be read: there is no such file");
  }

  @Test
  void saysThatAPathIsADirectory() {
    assertThat(readErrors(folder.toString())).hasMessageContaining("it is a directory");
  }

  @Test
  void saysThatAStorageIsUnknown() {
    assertThat(readErrors("s3x://bucket/job.yaml")).hasMessageContaining("can't be read");
  }

  @Test
  void namesTheLineThatIsNotUtf8() throws Exception {
    Path file = folder.resolve("latin1.yaml");
    Files.write(file, new byte[] {'a', ':', '\n', 'b', ':', ' ', (byte) 0xfc, '\n'});
    assertThat(readErrors(file.toString()).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.line()).isEqualTo(2))
        .satisfies(p -> assertThat(p.message()).isEqualTo("it isn't UTF-8 in line 2"));
  }

  @Test
  void readsAFileWithAByteOrderMark() throws Exception {
    Path file = folder.resolve("bom.yaml");
    Files.writeString(file, "\uFEFF" + SMALLEST);
    assertThat(JobReader.read(file.toString(), List.of()).name()).isEqualTo("smallest");
  }

  @Test
  void readsASchemaBesideTheJobFile() throws Exception {
    Files.createDirectories(folder.resolve("schemas"));
    Files.writeString(folder.resolve("schemas/a.json"), "{\"type\":\"object\"}");
    Path file = folder.resolve("job.yaml");
    Files.writeString(file, SMALLEST + "result: {schema: schemas/a.json}\n");

    assertThat(JobReader.read(file.toString(), List.of()).inference().result().schema())
        .hasToString("{\"type\":\"object\"}");
  }

  @Test
  void refusesALoneSurrogate() {
    String[] overrides = {
      "request.body.prompt=\"\\ud83d\"",
      "request.body.user=\"\\ude00 {{text}}\"",
      "name=\"a\\ud83d\\ude00\""
    };

    assertThat(errors(SMALLEST, overrides))
        .hasMessageContaining("request.body.prompt=\"\\ud83d\": has half of a surrogate pair")
        .hasMessageContaining("{{text}}\": has half of a surrogate pair")
        .hasMessageNotContaining("ude00\": has half");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1 | isn't valid JSON",
        "{\"type\":\"sk-secret\",\"key\":\"sk-secret\"} | a.json holds no JSON schema",
        "{\"a\": sk-secret} | a.json, line 1, column 9 isn't valid JSON",
        "{\"sk-secret\":1,\"sk-secret\":2} | a.json, line 1, column 27 isn't valid JSON",
        "{\"type\":\"objekt\"} | a.json at /type isn't right in a JSON schema: it must be one of",
        "{\"a\":1,\"a\":2} | isn't valid JSON",
        "{} {} | isn't valid JSON",
        "[] | must be a JSON object",
        "`` | must be a JSON object"
      })
  void saysWhatIsWrongWithASchema(String schema, String said) throws Exception {
    Files.writeString(folder.resolve("a.json"), schema);
    Path file = folder.resolve("job.yaml");
    Files.writeString(file, SMALLEST + "result: {schema: a.json}\n");

    assertThat(readErrors(file.toString()).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.line()).isEqualTo(8))
        .satisfies(p -> assertThat(p.message()).contains(said));
  }

  private static JobFileException errors(String yaml, String... overrides) {
    return catchThrowableOfType(
        JobFileException.class, () -> JobReader.parse("job.yaml", yaml, List.of(overrides)));
  }

  private static JobFileException readErrors(String path) {
    return catchThrowableOfType(JobFileException.class, () -> JobReader.read(path, List.of()));
  }
}
