package io.beambatch.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.DirectPipelines;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.run.Report;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailOverLimitTest {
  private static final String WORDS = "3 of 4 documents failed, more than retry.max_failed allows";

  @TempDir Path folder;

  @Test
  void failsAJobThatEnds() {
    assertThatThrownBy(() -> check(IsBounded.BOUNDED)).hasMessageContaining(WORDS);
  }

  @Test
  void failsAJobThatALimitOnCostHasCutShort() {
    assertThatThrownBy(() -> check(IsBounded.BOUNDED, "{\"over_budget\":2}"))
        .hasMessageContaining(
            "a limit on cost is reached: 2 documents were not sent; failed documents are in ");
  }

  @Test
  void drainsAStreamAllTheSame() throws Exception {
    assertThat(check(IsBounded.UNBOUNDED)).isEqualTo(State.DONE);

    assertThat(PermanentErrors.messages(run()).values())
        .singleElement()
        .asString()
        .startsWith(WORDS + "; failed documents are in ");
  }

  private State check(IsBounded input) throws Exception {
    return check(input, "{\"rejected\":3}");
  }

  private State check(IsBounded input, String failed) throws Exception {
    Job job = JobReader.parse("job.yaml", HostedJobTest.YAML, List.of("retry.max_failed=2"));
    Report report =
        JsonMapper.builder()
            .build()
            .readValue(
                "{\"run\":\"r1\",\"documents\":4,\"answered\":1,\"failed\":" + failed + "}",
                Report.class);
    Pipeline pipeline = DirectPipelines.create();
    pipeline
        .apply(Create.of(report).withCoder(JsonCoder.of(Report.class)))
        .setIsBoundedInternal(input)
        .apply("Fail over limit", new FailOverLimit(job, run()));
    return pipeline.run().waitUntilFinish();
  }

  private RunFolder run() {
    return RunFolder.of(folder.toString(), "reviews", "r1");
  }
}
