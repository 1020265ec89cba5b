package io.beambatch.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.FileSource;
import io.beambatch.job.JobReader;
import io.beambatch.records.RowFormat;
import io.beambatch.storage.RunFolder;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceSchemasTest {
  private static final Schema LONGS =
      SchemaBuilder.record("R").fields().requiredLong("n").endRecord();
  private static final Schema TEXTS =
      SchemaBuilder.record("R").fields().requiredString("n").endRecord();

  @TempDir Path folder;

  @Test
  void whatWasKeptBeforeAPlanGivesWayToWhatIsThere() throws Exception {
    write("a.avro", LONGS);
    assertThat(found(source(""), false)).contains(LONGS);
    Files.delete(folder.resolve("a.avro"));
    write("b.avro", TEXTS);

    assertThat(found(source(""), false)).contains(TEXTS);
    assertThat(schemas().read().map(SourceSchema::schema)).contains(TEXTS);
  }

  @Test
  void whatIsPlannedKeepsItsSchemaWithoutItsFiles() throws Exception {
    write("a.avro", LONGS);
    found(source(""), false);
    Files.delete(folder.resolve("a.avro"));

    assertThat(found(source(""), true)).contains(LONGS);
  }

  @Test
  void aWatchedSourceKeepsTheSchemaOfItsFirstFile() throws Exception {
    assertThat(found(source(", watch: 1s"), false)).isEmpty();
    write("b.avro", LONGS);
    assertThat(found(source(", watch: 1s"), false)).contains(LONGS);
    write("a.avro", TEXTS);

    assertThat(found(source(", watch: 1s"), false)).contains(LONGS);
  }

  @Test
  void findingASchemaKeepsNone() throws Exception {
    write("a.avro", LONGS);

    SourceSchema found = schemas().find(source(""), false).orElseThrow();

    assertThat(found).isEqualTo(new SourceSchema(folder.resolve("a.avro").toString(), LONGS));
    assertThat(schemas().read()).isEmpty();
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void theSameSchemaIsNotWrittenAgain() throws Exception {
    SourceSchema found = new SourceSchema("a.avro", LONGS);
    schemas().replace(found);
    schemas().replace(found);
    assertThat(folder.resolve("run/schema/source/2.json")).doesNotExist();

    schemas().replace(new SourceSchema("a.avro", TEXTS));
    assertThat(folder.resolve("run/schema/source/2.json")).exists();
  }

  /** The schema that a launch finds, and then keeps. */
  private Optional<Schema> found(FileSource source, boolean planned) throws Exception {
    Optional<SourceSchema> found = schemas().find(source, planned);
    if (found.isPresent()) {
      if (source.watch() != null) {
        assertThat(schemas().keep(found.get())).isEqualTo(found.get());
      } else {
        schemas().replace(found.get());
      }
    }
    return found.map(SourceSchema::schema);
  }

  private SourceSchemas schemas() {
    return new SourceSchemas(new RunFolder(folder.resolve("run").toString()));
  }

  private void write(String name, Schema schema) throws Exception {
    try (OutputStream out = Files.newOutputStream(folder.resolve(name))) {
      RowFormat.AVRO.write(out, schema, "none").close();
    }
  }

  private FileSource source(String more) throws Exception {
    return (FileSource)
        JobReader.parse(
                "job.yaml",
                """
            name: records
            source: {type: avro, path: %s/*.avro%s}
            request: {endpoint: /v1/chat/completions, model: m, body: {x: y}}
            sink: {type: jsonl, path: out}
            """
                    .formatted(folder, more),
                List.of())
            .source();
  }
}
