package io.beambatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The JSON schema of job files (2020-12), for editors. {@link JobReader} checks job files by
 * itself: it names the line, the nearest right key and what to do, which a validator of schemas
 * doesn't. A test holds that both say the same of every key, word, bound and default.
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
