package io.beambatch.batch;

import io.beambatch.job.Inference;
import io.beambatch.job.RequestSpec;
import io.beambatch.json.LineReader;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Status;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the first result of a batch, and closes the download. That shows whose batch it is, or that
 * the account had no credit for any of it.
 */
final class ResultPeek {
  private static final Logger LOG = LoggerFactory.getLogger(ResultPeek.class);

  /** Longer than any line that identifies its batch. */
  private static final int LONGEST_LINE = 16 << 20;

  private final BatchProvider provider;
  private final ResultFormat format;

  ResultPeek(CoordinatorContext context) {
    this.provider = context.provider();
    Inference inference = context.settings().inference();
    RequestSpec request = inference.request();
    this.format =
        request
            .provider()
            .api()
            .results(request.target(), request.body(), inference.result().pointer());
  }

  /** The id of the first result that has one; empty if there is none, or no results are shown. */
  Optional<String> firstId(Batch batch) throws IOException, ProviderException {
    String found = null;
    for (String location : new @Nullable String[] {batch.outputFileId(), batch.errorFileId()}) {
      if (location != null && found == null) {
        try (LineReader lines = open(location)) {
          while (found == null && lines.next()) {
            found = format.customId(lines.slice());
          }
        }
      }
    }
    return Optional.ofNullable(found);
  }

  /** The provider's message if the first failure is a lack of credit; otherwise null. */
  @Nullable ResultLine outOfFunds(Batch batch) throws ProviderException {
    String location = batch.errorFileId() == null ? batch.outputFileId() : batch.errorFileId();
    if (location == null) {
      return null;
    }
    try (LineReader lines = open(location)) {
      ResultLine line = lines.next() && !lines.tooLong() ? format.read(lines.slice()) : null;
      return line != null && line.status() == Status.OUT_OF_FUNDS ? line : null;
    } catch (IOException e) {
      // The join reads all of it, and resumes a download that breaks off.
      LOG.warn("the results of batch {} could not be read: {}", batch.id(), e.getMessage());
      return null;
    }
  }

  private LineReader open(String location) throws ProviderException {
    return LineReader.ofLines(provider.download(location), LONGEST_LINE);
  }
}
