package io.beambatch.source;

import io.beambatch.job.FileSource;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/** Checks and reads a source of files. If files have schemas, the first file's is the run's. */
public final class FileSourceReader implements SourceReader {
  private final FileSource source;

  /**
   * Reads a source.
   *
   * @throws IllegalArgumentException if the delimiter can't separate CSV fields
   */
  public FileSourceReader(FileSource source) {
    SplitReader.scanner(source, true);
    this.source = source;
  }

  @Override
  public Optional<SourceSchema> check(RunFolder run, boolean planned, PipelineOptions options)
      throws IOException {
    return new SourceSchemas(run).find(source, planned);
  }

  @Override
  public ReadDocuments read(RunFolder run, PlannedFiles planned) {
    return new ReadFiles(source, ReadRecords.ofRun(source, run), planned);
  }
}
