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
          .anyMatch(
              line ->
                  line.startsWith(provider.word() + " ")
                      && line.matches(".*(own server|like OpenAI|documented replies|never)$"))
          .anyMatch(
              line ->
                  line.startsWith(provider.word() + ": key from " + provider.api().keyVariable()));
    }
    assertThat(said.out())
        .contains("gemini: key from GEMINI_API_KEY or GOOGLE_API_KEY; ")
        .contains("No test has ever called a provider's real service.")
        .containsPattern("together +0.5 +50,000 +100 MiB +tokens +3 d +30 d +input file");
  }
}
