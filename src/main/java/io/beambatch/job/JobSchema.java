package io.beambatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The JSON schema of job files (2020-12), for editors. {@link JobReader} checks job files by
 * itself: it names the line, the most similar key and what to do, which a schema validator doesn't.
 * A test compares every key, word, bound and default of both.
 */
public final class JobSchema {
  private JobSchema() {}

  /** The schema's text. */
  public static String text() {
    try (InputStream in = JobSchema.class.getResourceAsStream("job.schema.json")) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the job file's schema is not in this program", e);
    }
  }
}
