package io.beambatch.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists and maps in the layouts of older writers, as Parquet's format tells how to read them. */
class ParquetLayoutsTest {
  @TempDir Path folder;

  @Test
  void listsOfTwoLevelsAreArrays() throws IOException {
    assertThat(
            read(
                "optional group v (LIST) { repeated int32 element; }",
                row -> row.addGroup("v").append("element", 1).append("element", 2)))
        .isEqualTo("{\"v\":[1,2]}");
    assertThat(
            read(
                "optional group v (LIST) { repeated group array { required int32 a; } }",
                row -> row.addGroup("v").addGroup("array").append("a", 1)))
        .isEqualTo("{\"v\":[{\"a\":1}]}");
    assertThat(
            read(
                "optional group v (LIST) { repeated group v_tuple { required int32 a; } }",
                row -> row.addGroup("v").addGroup("v_tuple").append("a", 1)))
        .isEqualTo("{\"v\":[{\"a\":1}]}");
    assertThat(
            read(
                "optional group v (LIST) { repeated group pair { required int32 a; optional int32 b; } }",
                row -> row.addGroup("v").addGroup("pair").append("a", 1)))
        .isEqualTo("{\"v\":[{\"a\":1,\"b\":null}]}");
    assertThat(
            read(
                "optional group v (LIST) { repeated group array (LIST) { repeated int32 array; } }",
                row -> row.addGroup("v").addGroup("array").append("array", 1).append("array", 2)))
        .isEqualTo("{\"v\":[[1,2]]}");
  }

  @Test
  void listsOfThreeLevelsAreArraysWhateverTheirNames() throws IOException {
    assertThat(
            read(
                "optional group v (LIST) { repeated group bag { optional int32 array_element; } }",
                row -> {
                  Group list = row.addGroup("v");
                  list.addGroup("bag").append("array_element", 1);
                  list.addGroup("bag");
                }))
        .isEqualTo("{\"v\":[1,null]}");
  }

  @Test
  void repeatedFieldsAreArraysThatAreNeverNull() throws IOException {
    assertThat(
            read(
                "repeated int32 v; repeated group g { optional binary s (STRING); }",
                row -> {
                  row.append("v", 1).append("v", 2);
                  row.addGroup("g").append("s", "x");
                }))
        .isEqualTo("{\"v\":[1,2],\"g\":[{\"s\":\"x\"}]}");
    assertThat(read("repeated int32 v; required int32 n;", row -> row.append("n", 1)))
        .isEqualTo("{\"v\":[],\"n\":1}");
  }

  @Test
  void mapsOfOlderWritersAreMapsInTheirOrder() throws IOException {
    assertThat(
            read(
                "optional group v (MAP_KEY_VALUE) { repeated group map { required binary key (STRING); optional int32 value; } }",
                row -> {
                  Group map = row.addGroup("v");
                  map.addGroup("map").append("key", "z").append("value", 1);
                  map.addGroup("map").append("key", "a");
                }))
        .isEqualTo("{\"v\":{\"z\":1,\"a\":null}}");
    assertThat(
            read(
                "optional group v (MAP) { repeated group key_value { required binary key (STRING); } }",
                row -> row.addGroup("v").addGroup("key_value").append("key", "k")))
        .isEqualTo("{\"v\":{\"k\":null}}");
  }

  @Test
  void aColumnThatCannotBeReadIsNamed() {
    assertThatThrownBy(
            () ->
                read(
                    "optional group v { optional group w (VARIANT(1)) { required binary metadata; required binary value; } }",
                    row -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("column v.w is of type VARIANT, which can't be read");
  }

  private String read(String columns, Consumer<Group> fill) throws IOException {
    MessageType type = MessageTypeParser.parseMessageType("message m { " + columns + " }");
    Path path = folder.resolve(columns.hashCode() + ".parquet");
    try (var writer =
        ExampleParquetWriter.builder(new LocalOutputFile(path)).withType(type).build()) {
      Group row = new SimpleGroup(type);
      fill.accept(row);
      writer.write(row);
    }
    List<String> read = ReadRecords.of(RowFormat.PARQUET.open(path.toString()));
    assertThat(read).hasSize(1);
    return read.get(0);
  }
}
