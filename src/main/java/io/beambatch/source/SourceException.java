package io.beambatch.source;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;

/**
 * A file of the source is not what the job says. The message names the file, what it looks like,
 * and the command or job-file key that helps. Nothing of the source was sent.
 */
public final class SourceException extends UserException {
  SourceException(String message) {
    super(message, ExitCode.USAGE);
  }
}
