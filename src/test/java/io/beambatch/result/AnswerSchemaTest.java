package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.json.JsonSlice;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers fit a schema, and that no answer and no schema can stop a join. */
@Timeout(20)
class AnswerSchemaTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"multipleOf\":0.01}                          | 19.99      | true",
        "{\"multipleOf\":0.01}                          | 19.995     | false",
        "{\"multipleOf\":3}                             | 9007199254740993 | true",
        "{\"enum\":[1]}                                 | 1.0        | true",
        "{\"enum\":[1.5,\"a\"]}                         | 1.50       | true",
        "{\"const\":100}                                | 1e2        | true",
        "{\"enum\":[0]}                                 | -0.00      | true",
        "{\"const\":0.1}                                | 0.1        | true",
        "{\"const\":0.1}                                | 0.10000000000000001 | false",
        "{\"maximum\":1e308}                            | 1e400      | false",
        "{\"minimum\":0}                                | -1e-400    | false",
        "{\"type\":\"integer\"}                         | 1.0        | true",
        "{\"type\":\"integer\"}                         | 1.5        | false",
        "{\"type\":\"number\"}                          | 1e400      | true",
        "{\"uniqueItems\":true}                         | [1,1.0]    | false",
        "{\"const\":{\"a\":[9007199254740993]}}        | {\"a\":[9007199254740993.0]} | true",
        "{\"enum\":[{\"a\":1}]}                         | {\"a\":1}  | true",
        "{\"enum\":[1]}                                 | \"1\"      | false",
        "{\"type\":\"array\",\"items\":{\"type\":\"number\"}} | [1,2.5] | true",
        "{\"type\":[\"integer\",\"null\"]}               | 12345678901234567890 | true",
        "{\"exclusiveMaximum\":9007199254740993}       | 9007199254740992 | true",
        "{\"exclusiveMaximum\":9007199254740993}       | 9007199254740993 | false",
        "{\"pattern\":\"^\\\\d{3}$\"}                   | \"123\"    | true",
        "{\"pattern\":\"^\\\\d{3}$\"}                   | \"1234\"   | false",
        "{\"pattern\":\"b\"}                            | \"abc\"    | true",
        "{\"pattern\":\"^\\\\u00e9\\\\s$\"}             | \"é\u00a0\" | true",
        "{\"pattern\":\"^[\\\\s,]+$\"}                  | \"\u2003,\" | true",
        "{\"pattern\":\"^\\\\S+$\"}                     | \"a\u00a0b\" | false",
        "{\"pattern\":\"^[[]\\\\cJ\\\\/$\"}             | \"[\\n/\"  | true",
        "{\"pattern\":\"^a\\\\u00e9\"}                  | \"aé\"     | true",
        "{\"pattern\":\"^a\\\\cJ\"}                      | \"a\\n\"   | true",
        "{\"pattern\":\"^[\\\\S]$\"}                    | \"a\"      | true",
        "{\"pattern\":\"^a{2$\"}                       | \"a{2\"    | true",
        "{\"patternProperties\":{\"^x-\":{\"type\":\"null\"}}} | {\"x-a\":1} | false",
      })
  void numbersAndTextsAreCheckedExactly(String schema, String answer, boolean fits)
      throws Exception {
    assertThat(violation(schema, answer) == null).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"multipleOf\":0.01}           | 1e400",
        "{\"enum\":[1]}                  | 1e400",
        "{\"const\":1}                   | 1e400",
        "{\"multipleOf\":7}              | 1e999999999",
        "{\"multipleOf\":7}              | 1E-999999999",
        "{\"maximum\":7}                 | 1e99999999999999999999",
        "{\"enum\":[1]}                  | [1e999999999]",
      })
  void numberBeyondAllMeasureIsAnInvalidAnswer(String schema, String answer) throws Exception {
    assertThat(violation(schema, answer)).isNotNull();
  }

  @Test
  void numberOfAMillionDigitsIsAnInvalidAnswer() throws Exception {
    assertThat(violation("{\"multipleOf\":7}", "9".repeat(1_000_000)))
        .isEqualTo(
            "the answer can't be checked against the schema: it has a number with more than 1000"
                + " digits, or an exponent beyond that");
  }

  @ParameterizedTest
  @CsvSource({"1000, 1000, true", "1001, 0, false", "1, 1001, false", "1, -1000, true"})
  void numberOfAThousandDigitsOrPlacesIsChecked(int digits, int exponent, boolean fits)
      throws Exception {
    String number = "9".repeat(digits) + "e" + exponent;

    assertThat(violation("{\"minimum\":0}", digits == 1000 ? "9".repeat(1000) : number) == null)
        .isEqualTo(fits);
    assertThat(violation("{\"minimum\":0}", "-" + number)).isNotNull();
  }

  @Test
  void stepsGrowWithTheAnswer() throws Exception {
    String answer = "[" + "1,".repeat(60_000) + "1]";

    assertThat(violation("{\"items\":{\"type\":\"integer\"}}", answer)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a{1000}",
        "a{500,1000}",
        "a{1000,}",
        "(ab){500}",
        "(a(bc){2}){200}",
        "[)(\\\\]{]{1000}",
        "\\\\({1000}"
      })
  void expressionMayHaveTwentyThousandStepsAndNoMore(String thousand) {
    String most = thousand.repeat(20);

    assertThatCode(() -> schema("{\"pattern\":\"" + most + "\"}")).doesNotThrowAnyException();
    assertThatThrownBy(() -> schema("{\"pattern\":\"" + most + "x\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too many repetitions");
  }

  @Test
  void howManyRulesAreBrokenIsSaidAndAModelIsToldTheFirstFive() throws Exception {
    Problem seven =
        schema("{\"required\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]}")
            .violation(JsonSlice.of("{}"));

    assertThat(seven.message())
        .isEqualTo("the answer breaks the schema's rule /required at its root, and 6 more");
    assertThat(seven.advice().split("; ")).hasSize(5).doesNotHaveDuplicates();
    assertThat(violation("{\"required\":[\"a\"]}", "{}")).endsWith(" at its root");
  }

  @Test
  void problemShowsNothingOfAnAnswerWhereItIsLogged() {
    Problem problem = Problem.of("the answer is wrong", ": secret").advising("secret, too");

    assertThat(problem.toString()).contains("the answer is wrong").doesNotContain("secret");
  }

  @Test
  void adviceToAModelIsCutAtAThousandCharacters() throws Exception {
    Problem wordy =
        schema("{\"required\":[\"" + "a".repeat(2_000) + "\"]}").violation(JsonSlice.of("{}"));

    assertThat(wordy.advice()).hasSize(1_001).endsWith("a…");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema"
      })
  void schemaOfEachDraftIsChecked(String draft) throws Exception {
    String schema = "{\"$schema\":\"" + draft + "\",\"type\":\"string\"}";

    assertThat(violation(schema, "\"a\"")).isNull();
    assertThat(violation(schema, "1")).contains("/type");
  }

  @ParameterizedTest
  @CsvSource({"regex, 2000, true", "regex, 2001, false", "uri, 3000, true", "ipv4, 3, false"})
  void textOfAFormatIsCheckedUpToTwoThousandCharacters(String format, int length, boolean fits)
      throws Exception {
    String schema =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"format\":\"" + format + "\"}";
    String text = "a:" + "a".repeat(length - 2);

    assertThat(violation(schema, "\"" + text + "\"") == null).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"^(a|b)*$, true", "^(.*a){12}$, true", "^(a+)+$, true", "^(a|aa)+b$, false"})
  void expressionsThatTakeForEverElsewhereTakeTimeInProportionToTheText(
      String expression, boolean fits) throws Exception {
    String schema = "{\"pattern\":\"" + expression + "\"}";

    assertThat(violation(schema, "\"" + "a".repeat(50_000) + "\"") == null).isEqualTo(fits);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?=a)b",
        "(a)\\\\1",
        "(?<!a)b",
        "((a{1000}){1000}){1000}",
        "[a",
        "a\\\\u00e",
        "a\\\\c",
        "(((a{1,100}){1,100}b){100})"
      })
  void expressionThatCannotBeUsedIsSaid(String expression) {
    assertThatThrownBy(
            () -> schema("{\"properties\":{\"a\":{\"pattern\":\"" + expression + "\"}}}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expression.replace("\\\\", "\\"))
        .hasMessageContaining("backreferences are not supported")
        .hasMessageContaining("result.schema");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"$ref\":\"#\"}",
        "{\"allOf\":[{\"$ref\":\"#\"}]}",
        "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"}]},"
            + "\"b\":{\"$ref\":\"#/$defs/a\"}}}",
        "{\"properties\":{\"x\":{\"$ref\":\"#/$defs/a\"}},\"$defs\":{\"a\":{\"not\":"
            + "{\"$ref\":\"#/$defs/a\"}}}}",
        "{\"$anchor\":\"me\",\"if\":{\"$ref\":\"#me\"}}",
        "{\"items\":{\"$ref\":\"#/items\"}}",
        "{\"allOf\":[{\"patternProperties\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}],"
            + "\"$defs\":{\"a\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"$id\":\"#me\","
            + "\"not\":{\"$ref\":\"#me\"}}",
        "{\"dependentSchemas\":{\"a\":{\"$dynamicRef\":\"#\"}}}"
      })
  void schemaThatLeadsBackToItselfIsRefused(String schema) {
    assertThatThrownBy(() -> schema(schema))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("refers to itself endlessly");
  }

  @Test
  void referenceThatLeadsBackIsNamed() {
    assertThatThrownBy(() -> schema("{\"$ref\":\"#\"}"))
        .hasMessageContaining("at the same place of an answer (reference #)");
  }

  @Test
  void anchorsAreToldApart() throws Exception {
    String schema =
        "{\"$anchor\":\"me\",\"allOf\":[{\"$ref\":\"#other\"}],"
            + "\"$defs\":{\"o\":{\"$anchor\":\"other\",\"type\":\"integer\"}}}";

    assertThat(violation(schema, "1")).isNull();
    assertThat(violation(schema, "\"a\"")).contains("type");
  }

  @Test
  void schemaOfATreeIsFineAndSoAreDeepTrees() throws Exception {
    String schema =
        "{\"type\":\"object\",\"properties\":{\"v\":{\"type\":\"integer\"},"
            + "\"next\":{\"allOf\":[{\"$ref\":\"#\"}]}},\"required\":[\"v\"]}";

    assertThat(violation(schema, nested(99, "{\"v\":1}"))).isNull();
    assertThat(violation(schema, nested(80, "{\"w\":1}"))).contains("required");
    assertThat(violation(schema, nested(100, "{\"v\":1}"))).contains("nested more than 100 deep");
  }

  @Test
  void checkThatBranchesAtEveryLevelComesToAnEnd() throws Exception {
    String schema = "{\"properties\":{\"next\":{\"oneOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}}}";

    assertThat(violation(schema, nested(60, "{}"))).contains("takes too many steps");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"strin\"}",
        "{\"properties\":[]}",
        "{\"required\":\"a\"}",
        "{\"minimum\":\"0\"}",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":7}"
      })
  void schemaThatIsNoneIsRefused(String schema) {
    assertThatThrownBy(() -> schema(schema)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:1/a", "file:///etc/passwd", "classpath:a.json"})
  void noOtherFileIsEverRead(String reference) {
    assertThatThrownBy(() -> schema("{\"$ref\":\"" + reference + "\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it refers to another schema");
  }

  @ParameterizedTest
  @CsvSource({"email, @", "email, a@", "uri, a:", "ipv6, 0:", "idn-email, @.", "hostname, a."})
  void formatsComeToAnEndToo(String format, String piece) {
    String schema =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"format\":\"" + format + "\"}";

    assertThat(Duration.ofSeconds(5))
        .isGreaterThan(taken(() -> violation(schema, "\"" + piece.repeat(100_000) + " @\"")));
  }

  private static Duration taken(Check check) {
    long start = System.nanoTime();
    try {
      check.run();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private interface Check {
    void run() throws Exception;
  }

  private static String nested(int levels, String innermost) {
    return "{\"v\":1,\"next\":".repeat(levels) + innermost + "}".repeat(levels);
  }

  private static @Nullable String violation(String schema, String answer) throws Exception {
    Problem problem = schema(schema).violation(JsonSlice.of(answer));
    return problem == null ? null : problem.message();
  }

  private static AnswerSchema schema(String schema) {
    return AnswerSchema.of(Jobs.tree(schema));
  }
}
