package io.beambatch.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {

  @Test
  void nothingThatSteersATerminalOrTurnsALineRoundIsLeft() {
    String hostile = "a\u001b[31mb\u009b2Jc\u202ed\u2066e\u200bf\u2028g\u0000h\r\ni\ud800j\u00adk";

    assertThat(SafeText.line(hostile)).isEqualTo("a [31mb 2Jc d e f g h i j k");
    assertThat(SafeText.lines("one\ttwo\r\nthree\u001b[2J")).isEqualTo("one\ttwo \nthree [2J");
  }

  @Test
  void wordsOfAllScriptsStay() {
    String text = "Größe 値 שלום 😀 e\u0301";

    assertThat(SafeText.line(text)).isEqualTo(text);
    assertThat(SafeText.lines(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-proj-abcdefghijkl",
        "sk-ant-api03-abcdefgh",
        "gsk_0123456789abcdef",
        "xai-0123456789abcdef",
        "hf_0123456789abcdef",
        "AIzaSyA-0123456789abcdef",
        "AKIA0123456789ABCDEF",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def",
        "my*****9876",
      })
  void keysOfWellKnownFormsAreMasked(String key) {
    assertThat(SafeText.line("bad key '" + key + "' given")).isEqualTo("bad key '***' given");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Authorization: Bearer abc.def | Authorization: Bearer ***",
        "https://a.test/v1?key=abc&x=1 | https://a.test/v1?key=***&x=1",
        "https://a.test/v1?x=1&api_key=abc | https://a.test/v1?x=1&api_key=***",
        "{\"api_key\": \"abc\"} | {\"api_key\": \"***\"}",
        "password=hunter2, then | password=***, then",
        "api-key: abc | api-key: ***",
      })
  void whatIsAnnouncedAsASecretIsMasked(String text, String shown) {
    assertThat(SafeText.line(text)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "the task-force took a risk-free disk-image",
        "check OPENAI_API_KEY, its rights, and the base URL",
        "Incorrect API key provided",
        "the key: a field",
        "the secret: it can't be read",
        "request.headers.api-key: looks like a key; take it out",
        "request.base_url=https://a.test/v1?api_key=***: must be an address",
      })
  void commonWordsStay(String text) {
    assertThat(SafeText.line(text)).isEqualTo(text);
  }

  @Test
  void keyOfTheProviderIsMaskedWhateverItsForm() {
    assertThat(new SafeText("0123-4567-89ab").of("bad 0123-4567-89ab\n\tkey"))
        .isEqualTo("bad *** key");
  }

  @Test
  void longTextIsCutOnALineAndNotOnLines() {
    assertThat(SafeText.line("x".repeat(5000))).hasSize(500).endsWith("x…");
    assertThat(SafeText.lines("x".repeat(5000))).hasSize(5000);
  }

  @Test
  void longTextTakesNoLongTime() {
    for (String text :
        List.of("x", "*x", "sk-", "\u001b", "api_key ", "eyJa.", "'***", "Bearer ")) {
      assertThat(SafeText.lines(text.repeat(50_000))).isNotEmpty();
    }
  }
}
