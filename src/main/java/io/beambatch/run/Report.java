package io.beambatch.run;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.job.Job;
import io.beambatch.job.Retry.MaxFailed;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run in numbers, as written to {@code report.json}: made by {@link
 * Reconciliation}.
 *
 * @param documents read from the source
 * @param answered written to the sink
 * @param failed written to the dead letter, by reason
 * @param requests sent, over all attempts
 * @param attempts the highest attempt that was made
 * @param bytes of all input files
 * @param promptTokens as the provider counted them
 * @param completionTokens likewise
 * @param costUsd at batch prices, or null if the model's price is unknown
 * @param costRealtimeUsd what the same would have cost without batches, or null
 * @param startedAt ISO 8601, UTC
 * @param finishedAt likewise
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Report(
    String job,
    String run,
    String model,
    long documents,
    long answered,
    Map<String, Long> failed,
    long requests,
    int batches,
    int attempts,
    long bytes,
    long promptTokens,
    long completionTokens,
    @Nullable BigDecimal costUsd,
    @Nullable BigDecimal costRealtimeUsd,
    String startedAt,
    String finishedAt,
    double seconds) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** The report of a run that is finished. */
  public static Report of(RunFolder folder) throws IOException {
    try (InputStream stream = Storage.open(folder.report())) {
      return MAPPER.readValue(stream, Report.class);
    }
  }

  /** Writes it into the run's folder. */
  void write(RunFolder folder) throws IOException {
    Storage.write(
        folder.report(),
        stream -> stream.write(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(this)));
  }

  /** Whether more documents failed than {@code retry.max_failed} allows. */
  public boolean exceedsLimit(Job job) {
    MaxFailed most = job.inference().retry().maxFailed();
    return most != null && most.exceededBy(failures(), documents);
  }

  /** Failed documents of all reasons. */
  public long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }
}
