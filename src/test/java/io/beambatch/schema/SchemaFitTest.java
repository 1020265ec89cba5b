package io.beambatch.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaFitTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'int'                         | 'long'",
        "'int'                         | 'double'",
        "'float'                       | ['null','double']",
        "['null','string']             | ['null','string']",
        "{'type':'array','items':'int'}| {'type':'array','items':'long'}",
        "{'type':'bytes','logicalType':'decimal','precision':5,'scale':2}"
            + "| {'type':'bytes','logicalType':'decimal','precision':9,'scale':4}"
      })
  void narrowerTypesFit(String documents, String schema) {
    assertThat(SchemaFit.problem(field(documents), field(schema))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'long'            | 'int'    | field 'f' is of type long, in the other of type int",
        "'long'            | 'double' | field 'f' is of type long, in the other of type double",
        "['null','string'] | 'string' | \"field 'f' may be null, which it may not in the other\"",
        "'string'          | 'bytes'  | field 'f' is of type string, in the other of type bytes",
        "{'type':'int','logicalType':'date'} | 'int'"
            + "| field 'f' is of type date, in the other of type int",
        "{'type':'bytes','logicalType':'decimal','precision':9,'scale':4}"
            + "| {'type':'bytes','logicalType':'decimal','precision':9,'scale':2}"
            + "| field 'f' is of type decimal, in the other of type decimal",
        "{'type':'array','items':'string'} | {'type':'array','items':'long'}"
            + "| field 'f[]' is of type string, in the other of type long",
        "['null','string','long'] | ['null','long','string']"
            + "| field 'f' has other types to choose from"
      },
      quoteCharacter = '"')
  void othersAreReportedWithTheirField(String documents, String schema, String problem) {
    assertThat(SchemaFit.problem(field(documents), field(schema))).isEqualTo(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "f:int,g:int | f:int         | field 'g' is not in the other",
        "f:int       | f:int,g:int   | \"field 'g' is missing, and has no default\""
      },
      quoteCharacter = '"')
  void fieldsThatAreInOneOnlyAreReported(String documents, String schema, String problem) {
    assertThat(SchemaFit.problem(record(documents), record(schema))).isEqualTo(problem);
  }

  private static Schema field(String type) {
    return parse("{'type':'record','name':'R','fields':[{'name':'f','type':" + type + "}]}");
  }

  private static Schema record(String fields) {
    StringBuilder json = new StringBuilder();
    for (String field : fields.split(",", -1)) {
      String[] parts = field.split(":", -1);
      json.append(json.isEmpty() ? "" : ",");
      json.append("{'name':'" + parts[0] + "','type':'" + parts[1] + "'}");
    }
    return parse("{'type':'record','name':'R','fields':[" + json + "]}");
  }

  private static Schema parse(String json) {
    return new Schema.Parser().parse(json.replace('\'', '"'));
  }

  @Test
  void whatParquetKeepsInLessOrOtherwiseHasToBeThat() {
    assertThat(fit("int", "INTEGER(8,false)", "INTEGER(16,false)")).isNull();
    assertThat(fit("int", "INTEGER(8,false)", null)).isNull();
    assertThat(fit("string", null, "ENUM")).isNull();
    assertThat(fit("string", "UUID", "UUID")).isNull();
    assertThat(fit("int", "INTEGER(16,true)", "INTEGER(8,true)"))
        .isEqualTo("field 'v' is of type INTEGER(16,true), in the other of type INTEGER(8,true)");
    assertThat(fit("int", null, "INTEGER(8,true)"))
        .contains("in the other of type INTEGER(8,true)");
    assertThat(fit("string", null, "INT96"))
        .contains("is of type string, in the other of type INT96");
  }

  private static String fit(String type, String from, String to) {
    return SchemaFit.problem(column(type, from), column(type, to));
  }

  private static Schema column(String type, String parquetType) {
    Schema column = new Schema.Parser().parse("\"" + type + "\"");
    if (parquetType != null) {
      column.addProp(Types.PARQUET_TYPE, parquetType);
    }
    return Schema.createRecord("R", null, null, false, List.of(new Schema.Field("v", column)));
  }
}
