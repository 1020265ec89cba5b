package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.RequestSpec;
import org.junit.jupiter.api.Test;

class ProvidersCommandTest {
  @Test
  void saysOfEveryProviderWhatItCanDoAndHowThatWasTested() {
    Said said = Said.by("providers");

    assertThat(said.exitCode()).isZero();
    for (RequestSpec.Provider provider : RequestSpec.Provider.values()) {
      assertThat(said.out().lines())
          .anyMatch(line -> line.matches(provider.word() + " +[0-9.]+ +[0-9,]+ .*"))
          .anyMatch(
              line ->
                  line.matches(provider.word() + " +key: " + provider.api().keyVariable() + ".*"));
    }
    assertThat(said.out().lines())
        .filteredOn(line -> line.startsWith(" ") && line.contains(" tested: "))
        .hasSameSizeAs(RequestSpec.Provider.values())
        .allMatch(line -> line.matches(".*(own server|like OpenAI|documented replies)$"));
    assertThat(said.out())
        .containsPattern("gemini +key: GEMINI_API_KEY or GOOGLE_API_KEY\n")
        .contains("No test has ever called a provider's real service.")
        .containsPattern("together +0.5 +50,000 +100 MiB +tokens +3 d +30 d +input file");
  }
}
