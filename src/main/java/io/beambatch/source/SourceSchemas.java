package io.beambatch.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileSource;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import io.beambatch.records.RowFormat;
import io.beambatch.schema.SchemaFit;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a run's source, kept in the run's folder: that of its table, or of the first file
 * that was looked at. It never changes, so that a run that is resumed gives back the same types; a
 * file that doesn't fit it is an error before anything of it is sent.
 */
public final class SourceSchemas {
  private static final String RECORD = "schema/source";
  private static final String FILE = "file";
  private static final String SCHEMA = "schema";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final RunFolder folder;
  private @Nullable Kept kept;

  /** The schema kept in a run's folder. */
  public SourceSchemas(RunFolder folder) {
    this.folder = folder;
  }

  /** The schema of the run's source, if it is known yet. */
  public Optional<Schema> read() throws IOException {
    return Optional.ofNullable(kept(Ledgers.open(folder))).map(Kept::schema);
  }

  /**
   * Reads the schema of the first file, unless one is kept that is to stay: of a watched source
   * always, of another once its documents are planned. What an earlier launch kept that planned
   * nothing may be that of files which are not there any more.
   *
   * @param planned whether the run's plan is committed
   * @return empty if the source has no schema, or is watched and has no file yet
   * @throws IOException naming the file or pattern, if there is none, or it can't be read
   */
  public Optional<Schema> establish(FileSource source, boolean planned) throws IOException {
    RowFormat format = RecordSource.format(source);
    Optional<Schema> known = source.format().hasSchema() ? read() : Optional.empty();
    boolean endless = source.watch() != null;
    if (format == null || (known.isPresent() && (planned || endless))) {
      return known;
    }
    Set<String> files =
        new TreeSet<>(
            endless
                ? FilePatterns.matchAny(source.paths())
                : FilePatterns.matchAll(source.paths()));
    if (files.isEmpty()) {
      return Optional.empty();
    }
    String first = files.iterator().next();
    Schema schema = format.open(first).schema();
    if (endless) {
      return Optional.of(keep(first, schema).schema());
    }
    replace(first, schema);
    return Optional.of(schema);
  }

  /** Keeps a schema in place of one that may be there: of a source whose plan is to come. */
  public void replace(String origin, Schema schema) throws IOException {
    LedgerStore store = Ledgers.open(folder);
    Optional<Versioned> before = store.read(RECORD);
    String json = json(origin, schema);
    if (before.isEmpty() || !before.get().content().equals(json)) {
      long version = before.map(Versioned::version).orElse(Versioned.ABSENT);
      if (store.write(RECORD, version, json).isEmpty()) {
        throw new IOException(
            "another launch of the run keeps its schema in "
                + folder.path()
                + " now; run it again");
      }
    }
    kept = new Kept(origin, schema);
  }

  /** Finds out whether all records of a file fit the schema; keeps the file's if there is none. */
  void check(String file, Schema own) throws IOException {
    Kept schema = keep(file, own);
    String problem = SchemaFit.problem(own, schema.schema());
    if (problem != null) {
      throw new IOException(
          "The schema of "
              + file
              + " doesn't fit that of "
              + schema.file()
              + ", which the run goes by: "
              + problem
              + "; nothing was sent. Run it by itself, or bring the files to one schema");
    }
  }

  private Kept keep(String file, Schema schema) throws IOException {
    LedgerStore store = Ledgers.open(folder);
    Kept known = kept(store);
    if (known == null) {
      // Whoever comes second takes what is there.
      if (store.write(RECORD, Versioned.ABSENT, json(file, schema)).isPresent()) {
        kept = new Kept(file, schema);
        return kept;
      }
      known = kept(store);
    }
    if (known == null) {
      throw new IOException("the schema in " + folder.path() + " has vanished");
    }
    return known;
  }

  private static String json(String file, Schema schema) throws IOException {
    ObjectNode json = MAPPER.createObjectNode().put(FILE, file);
    json.set(SCHEMA, MAPPER.readTree(schema.toString()));
    return json.toString();
  }

  private synchronized @Nullable Kept kept(LedgerStore store) throws IOException {
    if (kept == null) {
      Optional<Versioned> record = store.read(RECORD);
      if (record.isPresent()) {
        JsonNode json = MAPPER.readTree(record.get().content());
        Schema schema = new Schema.Parser().parse(json.get(SCHEMA).toString());
        kept = new Kept(json.get(FILE).asText(), schema);
      }
    }
    return kept;
  }

  private record Kept(String file, Schema schema) {}
}
