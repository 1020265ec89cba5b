package io.beambatch.result;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.Duplicates;
import io.beambatch.job.FileDestination;
import io.beambatch.job.FileSource;
import io.beambatch.job.Inference;
import io.beambatch.job.Job;
import io.beambatch.job.Keep;
import io.beambatch.job.Limits;
import io.beambatch.job.Poll;
import io.beambatch.job.PriceSpec;
import io.beambatch.job.RequestSpec;
import io.beambatch.job.ResultSpec;
import io.beambatch.job.Retry;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job, with what matters to joining left open. */
record Jobs(
    String endpoint,
    String body,
    @Nullable String pointer,
    @Nullable String schema,
    @Nullable Boolean unfence,
    int attempts,
    int repairs,
    long bytes,
    long tokens,
    FileDestination.Format sink,
    RequestSpec.Provider provider) {

  static Jobs chat() {
    return new Jobs(
        "/v1/chat/completions",
        "{}",
        null,
        null,
        null,
        3,
        0,
        200_000_000,
        Long.MAX_VALUE,
        FileDestination.Format.JSONL,
        RequestSpec.Provider.OPENAI);
  }

  Jobs endpoint(String other) {
    return new Jobs(
        other, body, pointer, schema, unfence, attempts, repairs, bytes, tokens, sink, provider);
  }

  Jobs body(String other) {
    return new Jobs(
        endpoint, other, pointer, schema, unfence, attempts, repairs, bytes, tokens, sink,
        provider);
  }

  Jobs pointer(String other) {
    return new Jobs(
        endpoint, body, other, schema, unfence, attempts, repairs, bytes, tokens, sink, provider);
  }

  Jobs schema(String other) {
    return new Jobs(
        endpoint, body, pointer, other, unfence, attempts, repairs, bytes, tokens, sink, provider);
  }

  Jobs attempts(int other) {
    return new Jobs(
        endpoint, body, pointer, schema, unfence, other, repairs, bytes, tokens, sink, provider);
  }

  Jobs repairs(int other) {
    return new Jobs(
        endpoint, body, pointer, schema, unfence, attempts, other, bytes, tokens, sink, provider);
  }

  /** Of one batch. */
  Jobs bytes(long other) {
    return new Jobs(
        endpoint, body, pointer, schema, unfence, attempts, repairs, other, tokens, sink, provider);
  }

  /** Of all batches in progress. */
  Jobs tokens(long other) {
    return new Jobs(
        endpoint, body, pointer, schema, unfence, attempts, repairs, bytes, other, sink, provider);
  }

  Jobs sink(FileDestination.Format other) {
    return new Jobs(
        endpoint, body, pointer, schema, unfence, attempts, repairs, bytes, tokens, other,
        provider);
  }

  Jobs provider(RequestSpec.Provider other) {
    return new Jobs(
        endpoint, body, pointer, schema, unfence, attempts, repairs, bytes, tokens, sink, other);
  }

  Jobs unfence(boolean other) {
    return new Jobs(
        endpoint, body, pointer, schema, other, attempts, repairs, bytes, tokens, sink, provider);
  }

  Job job() {
    return new Job(
        "reviews",
        new FileSource(
            FileSource.Format.JSONL,
            List.of("in"),
            "id",
            false,
            CsvDialect.STANDARD,
            null,
            Duration.ofMinutes(1)),
        inference(),
        new FileDestination(sink, "out"),
        FileDestination.ofFailures("failed"));
  }

  Inference inference() {
    return new Inference(
        new RequestSpec(provider, null, endpoint, "model-1", (ObjectNode) tree(body)),
        new ResultSpec("sentiment", pointer, schema == null ? null : tree(schema), unfence),
        new Limits(50_000, bytes, tokens, Long.MAX_VALUE),
        new Retry(attempts, repairs, null),
        new Poll(Duration.ofSeconds(60), Duration.ofHours(26), Duration.ofMinutes(10)),
        Map.of("model-1", PriceSpec.of(new BigDecimal(2), new BigDecimal(4), null, null)),
        false,
        Keep.RECORDS,
        Duplicates.ONCE,
        null,
        null,
        null);
  }

  static JsonNode tree(String json) {
    try {
      return JsonMapper.builder().build().readTree(json);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }
}
