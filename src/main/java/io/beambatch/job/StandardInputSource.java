package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines of standard input, {@code path: "-"} in a job file. They can be read only once, so the
 * command that reads them keeps them in the run's folder until the run is finished.
 *
 * @param id the field that identifies a document, or null: documents are identified by their line
 * @param sha256 the hash of the content, in hexadecimal digits: another content makes another run;
 *     null if the command doesn't read it
 */
public record StandardInputSource(@Nullable String id, @Nullable String sha256) implements Source {
  /** The difference between two jobs that read different content. */
  public static final String CONTENT = "source." + StandardInputSource.KEY;

  private static final String KEY = "standard_input";

  /** Standard input that is not read yet. */
  public StandardInputSource(@Nullable String id) {
    this(id, null);
  }

  /** The same source with its content. */
  public StandardInputSource with(String contentSha256) {
    return new StandardInputSource(id, contentSha256);
  }

  /** The lines in a file. */
  public FileSource in(String file) {
    return new FileSource(
        FileSource.Format.JSONL,
        List.of(file),
        id,
        false,
        CsvDialect.STANDARD,
        null,
        FileSource.WINDOW);
  }

  @Override
  public boolean hasSchema() {
    return false;
  }

  @Override
  public ObjectNode canonical() {
    ObjectNode json = CanonicalJob.source(FileSource.Format.JSONL.name(), this);
    json.putArray("path").add(FileSource.STANDARD);
    return CanonicalJob.put(json, KEY, sha256);
  }
}
