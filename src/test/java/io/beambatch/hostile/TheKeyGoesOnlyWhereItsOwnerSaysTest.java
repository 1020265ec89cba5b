package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.emulator.PromptReplies;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.openai.ProviderFixture;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A job file that somebody else wrote, or a reply, names another place for the key and the
 * documents. They go there only if whoever runs the job allows it, and never without a word.
 */
class TheKeyGoesOnlyWhereItsOwnerSaysTest extends ProviderFixture {
  @TempDir Path folder;
  @StartStop final MockWebServer elsewhere = PromptReplies.server();

  @ParameterizedTest
  @EnumSource(RequestSpec.Provider.class)
  void notWithoutTlsToAnotherMachine(RequestSpec.Provider provider) throws Exception {
    for (String own :
        List.of("http://localhost:1/v1", "http://127.0.0.1:1/v1", "http://[::1]:1/v1")) {
      assertThat(address(provider, own, Map.of())).hasToString(own);
    }
    for (String other :
        List.of(
            "http://api.example/v1",
            "http://127.0.0.1.example/v1",
            "http://localhost.example/v1",
            "http://10.0.0.1/v1",
            "http://0.0.0.0/v1",
            "HTTP://api.example/v1",
            "http://[::ffff:10.0.0.1]/v1")) {
      assertThatThrownBy(() -> address(provider, other, Map.of()))
          .isInstanceOf(ProviderSettingsException.class)
          .hasMessageContaining("BEAMBATCH_ALLOW_HTTP");
    }
    assertThat(address(provider, "http://vllm.internal/v1", Map.of("BEAMBATCH_ALLOW_HTTP", "true")))
        .hasToString("http://vllm.internal/v1");
  }

  @ParameterizedTest
  @EnumSource(RequestSpec.Provider.class)
  void toNoHostThatIsNotAmongThoseThatArePinned(RequestSpec.Provider provider) throws Exception {
    Map<String, String> pinned =
        Map.of("BEAMBATCH_ALLOWED_HOSTS", "API.openai.com, *.openai.azure.com,gate.test:8443");
    for (String allowed :
        List.of(
            "https://api.openai.com/v1",
            "https://a.openai.azure.com/openai/v1",
            "https://gate.test:8443/v1")) {
      assertThat(address(provider, allowed, pinned)).hasToString(allowed);
    }
    for (String other :
        List.of(
            "https://evil.test/v1",
            "https://x.api.openai.com/v1",
            "https://openai.azure.com/v1",
            "https://aopenai.azure.com/v1",
            "https://api.openai.com.evil.test/v1",
            "https://gate.test/v1")) {
      assertThatThrownBy(() -> address(provider, other, pinned))
          .isInstanceOf(ProviderSettingsException.class)
          .hasMessageContaining("BEAMBATCH_ALLOWED_HOSTS")
          .hasMessageContaining("nothing was sent");
    }
    assertThatThrownBy(
            () -> address(provider, null, Map.of("BEAMBATCH_ALLOWED_HOSTS", "another.test")))
        .hasMessageContaining("BEAMBATCH_ALLOWED_HOSTS");
  }

  @Test
  void withNoPasswordInTheAddressThatCouldBeShown() {
    for (String address :
        List.of("https://me:hunter2@api.example/v1", "https://api.openai.com@hunter2.example/")) {
      assertThatThrownBy(() -> address(RequestSpec.Provider.OPENAI, address, Map.of()))
          .isInstanceOf(ProviderSettingsException.class)
          .hasMessageNotContaining("hunter2");
    }
  }

  private static URI address(
      RequestSpec.Provider provider, String baseUrl, Map<String, String> rules)
      throws ProviderSettingsException {
    ProviderApi api = provider.api();
    Map<String, String> environment = new HashMap<>(rules);
    environment.put(api.keyVariable(), KEY);
    return api.address(baseUrl, environment);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void notAfterARedirect(int status) {
    then(json(status, "", "Location: " + elsewhere.url("/v1/batches/b")));

    assertThat(failureOf(() -> provider.get("b"))).isInstanceOf(ProviderException.class);

    assertThat(elsewhere.getRequestCount()).isZero();
  }

  @Test
  @Tag("slow")
  void andIsSaidBeforeAnythingGoesWhereAJobFileSays() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (HostileProvider named = HostileProvider.start(folder);
        // It tries again for a while, meanwhile the others run.
        Program dead =
            Program.start(
                folder.resolve("dead"),
                Map.of("OPENAI_API_KEY", KEY),
                command("dead", workplace, "http://127.0.0.1:1/v1"))) {
      String address = named.baseUrl();
      Said run = Said.by(Map.of("OPENAI_API_KEY", KEY), command("run", workplace, address));
      assertThat(run.exitCode()).as("%s", run).isZero();
      assertThat(run.err())
          .startsWith(
              "the key and the documents go to "
                  + address
                  + ", which the job file names (request.base_url)\n");
      int calls = named.honest().stats().calls().size();
      Said pinned =
          Said.by(
              Map.of("OPENAI_API_KEY", KEY, "BEAMBATCH_ALLOWED_HOSTS", "api.openai.com"),
              command("pinned", workplace, address));
      assertThat(pinned.exitCode()).as("%s", pinned).isEqualTo(2);
      assertThat(pinned.err()).contains("BEAMBATCH_ALLOWED_HOSTS").contains("nothing was sent");
      assertThat(named.honest().stats().calls()).hasSize(calls);
      // Where nothing answers, it is said all the same: before the first call.
      assertThat(dead.end()).as("%s", dead).isEqualTo(1);
      assertThat(dead.err())
          .startsWith("the key and the documents go to http://127.0.0.1:1/v1")
          .contains("can't connect to 127.0.0.1:1 ")
          .contains("OPENAI_BASE_URL")
          .doesNotContain("\tat ");
    }
  }

  private static List<String> command(String run, Workplace workplace, String address) {
    return workplace.command(
        "submit",
        "pipelines/sentiment.yaml",
        "--run",
        run,
        "--new-run",
        "--set",
        "request.base_url=" + address);
  }
}
