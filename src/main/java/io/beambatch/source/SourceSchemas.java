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
 * Keeps the schema of a run's source in the run's folder: that of its table, or of the first file
 * that was checked. It never changes, so that a resumed run writes the same types; a file that
 * doesn't fit it is an error before anything of it is sent.
 */
public final class SourceSchemas {
  private static final String RECORD = "schema/source";
  private static final String FILE = "file";
  private static final String SCHEMA = "schema";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final RunFolder folder;
  private @Nullable SourceSchema kept;

  /** The schema in a run's folder. */
  public SourceSchemas(RunFolder folder) {
    this.folder = folder;
  }

  /** The schema of the run's source, if one is kept yet. */
  public Optional<SourceSchema> read() throws IOException {
    return Optional.ofNullable(kept(Ledgers.open(folder)));
  }

  /**
   * Finds the schema of a run's files, without writing it. A kept schema is used if it is final:
   * for a watched source always, for another once its documents are planned. Otherwise an earlier
   * launch that planned nothing may have kept the schema of files that are gone, so the first file
   * is read again.
   *
   * @param planned whether the run's plan is committed
   * @return empty if the source has no schema, or is watched and has no file yet
   * @throws IOException naming the file or pattern, if there is none, or it can't be read
   */
  Optional<SourceSchema> find(FileSource source, boolean planned) throws IOException {
    RowFormat format = RecordSource.format(source);
    Optional<SourceSchema> known = source.format().hasSchema() ? read() : Optional.empty();
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
    SourceFile file = new SourceFile(first);
    file.checkCodec();
    file.open(new SourceCheck(source)).close();
    Schema schema = PartitionColumns.of(first).addTo(RecordSource.open(format, first).schema());
    return Optional.of(new SourceSchema(first, schema));
  }

  /**
   * Keeps the schema of a bounded source, replacing an earlier one: the run is not planned yet.
   *
   * @throws IOException if another launch of the run keeps its own at the same time
   */
  public void replace(SourceSchema found) throws IOException {
    LedgerStore store = Ledgers.open(folder);
    Optional<Versioned> before = store.read(RECORD);
    if (before.isEmpty() || !parse(before.get()).equals(found)) {
      long version = before.map(Versioned::version).orElse(Versioned.ABSENT);
      if (store.write(RECORD, version, json(found.file(), found.schema())).isEmpty()) {
        throw new IOException(
            "another launch of the run keeps its schema in "
                + folder.path()
                + " now; run it again");
      }
    }
    kept = found;
  }

  /** Keeps the schema of an endless source, unless one is kept; returns the one that is stored. */
  public SourceSchema keep(SourceSchema found) throws IOException {
    LedgerStore store = Ledgers.open(folder);
    SourceSchema known = kept(store);
    if (known == null) {
      // If another launch was first, its schema is used.
      if (store.write(RECORD, Versioned.ABSENT, json(found.file(), found.schema())).isPresent()) {
        kept = found;
        return found;
      }
      known = kept(store);
    }
    if (known == null) {
      throw new IOException("the schema in " + folder.path() + " is missing");
    }
    return known;
  }

  /** Checks that all records of a file fit the schema; keeps the file's schema if there is none. */
  void check(String file, Schema own) throws IOException {
    SourceSchema schema = keep(new SourceSchema(file, own));
    String problem = SchemaFit.problem(own, schema.schema());
    if (problem != null) {
      throw new IOException(
          "The schema of "
              + file
              + " doesn't fit that of "
              + schema.file()
              + ", which the run uses: "
              + problem
              + "; nothing was sent. Run it by itself, or bring the files to one schema");
    }
  }

  private static String json(String file, Schema schema) throws IOException {
    ObjectNode json = MAPPER.createObjectNode().put(FILE, file);
    json.set(SCHEMA, MAPPER.readTree(schema.toString()));
    return json.toString();
  }

  private synchronized @Nullable SourceSchema kept(LedgerStore store) throws IOException {
    if (kept == null) {
      Optional<Versioned> record = store.read(RECORD);
      if (record.isPresent()) {
        kept = parse(record.get());
      }
    }
    return kept;
  }

  private static SourceSchema parse(Versioned record) throws IOException {
    JsonNode json = MAPPER.readTree(record.content());
    return new SourceSchema(
        json.get(FILE).asText(), new Schema.Parser().parse(json.get(SCHEMA).toString()));
  }
}
