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
    assertThat(schemas().establish(source(""), false)).contains(LONGS);
    Files.delete(folder.resolve("a.avro"));
    write("b.avro", TEXTS);

    assertThat(schemas().establish(source(""), false)).contains(TEXTS);
    assertThat(schemas().read()).contains(TEXTS);
  }

  @Test
  void whatIsPlannedKeepsItsSchemaWithoutItsFiles() throws Exception {
    write("a.avro", LONGS);
    schemas().establish(source(""), false);
    Files.delete(folder.resolve("a.avro"));

    assertThat(schemas().establish(source(""), true)).contains(LONGS);
  }

  @Test
  void aWatchedSourceKeepsTheSchemaOfItsFirstFile() throws Exception {
    assertThat(schemas().establish(source(", watch: 1s"), false)).isEmpty();
    write("b.avro", LONGS);
    assertThat(schemas().establish(source(", watch: 1s"), false)).contains(LONGS);
    write("a.avro", TEXTS);

    assertThat(schemas().establish(source(", watch: 1s"), false)).contains(LONGS);
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
