package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.job.Job;
import io.beambatch.json.JsonSlice;
import io.beambatch.schema.AvroJson;
import io.beambatch.schema.MismatchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the sink's column type can hold an answer. An answer that fits the job's JSON
 * schema may still not fit: JSON Schema's integers have no upper bound.
 */
final class AnswerColumn {
  private static final String FIELD = "answer";
  private static final byte[] BEFORE = "{\"answer\":".getBytes(UTF_8);

  private final AvroJson json;

  private AnswerColumn(Schema type) {
    json =
        AvroJson.of(
            Schema.createRecord(
                "Holder", null, "io.beambatch", false, List.of(new Schema.Field(FIELD, type))));
  }

  /** The column of a job's sink; null if the sink accepts anything. */
  static @Nullable AnswerColumn of(Job job) {
    return job.answers().hasTypes()
        ? new AnswerColumn(AnswerTypes.of(job.inference()).in("io.beambatch.answer"))
        : null;
  }

  /** Why the column can't hold an answer, without its contents; null if it can. */
  @Nullable Problem problem(JsonSlice answer) throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream(answer.length() + 16);
    object.write(BEFORE);
    answer.writeTo(object);
    object.write('}');
    byte[] bytes = object.toByteArray();
    try {
      json.record(bytes, 0, bytes.length);
      return null;
    } catch (MismatchException e) {
      return Problem.of("the sink can't hold the answer", ": " + e.getMessage());
    }
  }
}
