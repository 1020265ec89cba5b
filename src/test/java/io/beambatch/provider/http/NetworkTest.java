package io.beambatch.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Proxy;
import java.util.Map;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkTest {
  private static final String PROXY = "http://proxy.test:3128";

  @ParameterizedTest
  @CsvSource({
    "api.test, true",
    "API.test, true",
    ".test, true",
    "test, true",
    "*.test, true",
    "'other, api.test:443', true",
    "*, true",
    "api.test:444, false",
    "pi.test, false",
    "'', false",
  })
  void noProxyNamesHostsAndDomains(String noProxy, boolean direct) throws Exception {
    Map<String, String> environment = Map.of("HTTPS_PROXY", PROXY, "NO_PROXY", noProxy);

    assertThat(String.valueOf(proxy("https://api.test/v1", environment)))
        .isEqualTo(direct ? "DIRECT" : "HTTP @ proxy.test/<unresolved>:3128");
  }

  @ParameterizedTest
  @CsvSource({"http://a.test, 1.test", "https://a.test, 2.test"})
  void eachSchemeHasAProxyOfItsOwnAndSmallLettersGoFirst(String url, String proxy)
      throws Exception {
    Map<String, String> environment =
        Map.of("HTTP_PROXY", "1.test:80", "HTTPS_PROXY", "x.test", "https_proxy", "2.test");

    assertThat(String.valueOf(proxy(url, environment))).contains(proxy + "/<unresolved>:80");
  }

  @ParameterizedTest
  @CsvSource({"http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1", "https://a.localhost"})
  void thisMachineIsCalledDirectly(String url) throws Exception {
    assertThat(proxy(url, Map.of("ALL_PROXY", PROXY))).isSameAs(Proxy.NO_PROXY);
  }

  @Test
  void withoutAVariableTheJvmsOwnSettingsHold() throws Exception {
    assertThat(proxy("https://api.test", Map.of())).isNull();
  }

  private static Proxy proxy(String url, Map<String, String> environment) throws Exception {
    return Network.from(environment).clientFor(HttpUrl.get(url)).build().proxy();
  }
}
