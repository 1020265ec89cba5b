package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One problem of a job file. Sections report them while they are read; {@link JobFileException}
 * lists them.
 *
 * @param file the job file, or the override ({@code --set key.path=value}) that is wrong
 * @param line counted from 1, or null if the problem has no line
 * @param column counted from 1, or null
 * @param fieldPath such as {@code source.path} or {@code request.body.messages.1.content}; empty
 *     for the whole file
 * @param message what was found, and what is expected
 */
public record JobProblem(
    String file, @Nullable Integer line, @Nullable Integer column, String fieldPath, String message)
    implements Serializable {

  /** {@code file:line:column: field.path: message}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (line != null) {
      text.append(':').append(line);
    }
    if (column != null) {
      text.append(':').append(column);
    }
    text.append(": ");
    if (!fieldPath.isEmpty()) {
      text.append(fieldPath).append(": ");
    }
    return text.append(message).toString();
  }
}
