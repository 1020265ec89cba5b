package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.result.ResultFile;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Leaves documents in the run's folder for the command that ends the run, which prints them. It
 * checks that each file is complete.
 */
public final class StandardOutputWriter implements DestinationWriter {
  private static final long serialVersionUID = 1L;

  /** Given by name, because the class is not in the jar for Dataflow. */
  private static final String DIRECT = "DirectRunner";

  private final Output output;

  /** Writes an output. */
  public StandardOutputWriter(Output output) {
    this.output = output;
  }

  @Override
  public void check(@Nullable Schema documents, boolean begun, PipelineOptions options) {
    String runner = options.getRunner().getSimpleName();
    if (!runner.equals(DIRECT)) {
      throw new UserException(
          output.section()
              + ".path '-' is standard output, which needs a pipeline in this process; "
              + runner
              + " runs it elsewhere, so name files",
          ExitCode.USAGE);
    }
  }

  @Override
  public Optional<WrittenFile> write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException {
    DocumentWriter.copy(
        file, output.folder(), DocumentWriter.ofJsonLines(OutputStream.nullOutputStream()));
    return Optional.of(new WrittenFile(file.kind(), file.shard(), file.name(), file.documents()));
  }
}
