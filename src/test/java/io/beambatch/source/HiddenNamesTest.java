package io.beambatch.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenNamesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "/in/* /in/a.csv false",
        "/in/* /in/_SUCCESS true",
        "/in/* /in/.a.csv.swp true",
        "/in/?SUCCESS /in/_SUCCESS true",
        "/in/a* /in/a_b.c false",
        "/in/_* /in/_SUCCESS false",
        "/in/[._]* /in/.a false",
        "/in/*/x.csv /in/_tmp/x.csv true",
        "/in/_*/x.csv /in/_tmp/x.csv false",
        "/in/.hidden/*.csv /in/.hidden/a.csv false",
        "/in/.hidden/*.csv /in/.hidden/.a.csv true",
        "/in/** /in/a/b.csv false",
        "/in/** /in/a/_b.csv true",
        "/in/** /in/_a/b.csv true",
        "/in/**.csv /in/a._b.csv false",
        "gs://b/in/*.csv gs://b/in/a.csv false",
        "gs://b/in/*.csv gs://b/in/_a.csv true",
        "gs://_b/**/*.csv gs://_b/.c/a.csv true",
        "gs://_b/**/*.csv gs://_b/c/a.csv false",
        "/in/a+(b)/*.csv /in/a+(b)/c.csv false",
        "/in/a+(b)/*.csv /in/a+(b)/_c.csv true",
        "/in/{a,_b}*.csv /in/_bc.csv false",
        "/in/../in/*.csv /in/_c.csv true",
        "/in/../in/*.csv /in/c.csv false",
        "/in/_c.csv /in/_c.csv false"
      })
  void aWildcardIsNoDotAndNoUnderscoreAtTheBeginningOfAName(
      String pattern, String path, boolean hidden) {
    assertThat(new HiddenNames(pattern).contains(path)).isEqualTo(hidden);
  }
}
