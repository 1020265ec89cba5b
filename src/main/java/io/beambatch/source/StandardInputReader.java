package io.beambatch.source;

import io.beambatch.job.FileSource;
import io.beambatch.job.StandardInputSource;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Checks and reads the JSON lines that a command has taken from standard input into the run's
 * folder. They are read like a file, whose folders name no partition columns.
 */
public final class StandardInputReader implements SourceReader {
  /** Stands for the file's name in the ids of documents. */
  private static final String NAME = "stdin";

  private final StandardInputSource source;

  /** Reads standard input. */
  public StandardInputReader(StandardInputSource source) {
    this.source = source;
  }

  @Override
  public Optional<SourceSchema> check(RunFolder run, boolean planned, PipelineOptions options)
      throws IOException {
    if (planned) {
      return Optional.empty();
    }
    if (!Storage.exists(run.standardInput())) {
      throw new SourceException(
          "source.path '-' is standard input, which only the commands run, submit, plan and"
              + " validate read; name a file");
    }
    try (InputStream lines = Storage.open(run.standardInput())) {
      Signature found = Signature.of(lines.readNBytes(Signature.LENGTH));
      if (found != null) {
        throw new SourceException(
            "standard input is "
                + found.words()
                + ", and not JSON lines; unpack or convert it before the pipe");
      }
    }
    return Optional.empty();
  }

  @Override
  public ReadDocuments read(RunFolder run, PlannedFiles planned) {
    FileSource file = source.in(FilePatterns.literal(run.standardInput()));
    @Nullable String id = source.id();
    return new ReadFiles(
        file, ReadRecords.ofLines(file, run, () -> new JsonRecords(NAME, id)), planned);
  }
}
