package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationsTest {
  @ParameterizedTest
  @CsvSource({
    "EU, US",
    "EU, us-central1",
    "EU, NAM4",
    "asia, EUR4",
    "europe-west1, europe-west4",
    "europe-west1, US",
    "us-east1, us-east4",
    "northamerica-northeast1, EU"
  })
  void aDatasetDoesNotLoadFromElsewhere(String dataset, String bucket) {
    assertThat(Locations.areApart(dataset, bucket)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "US, EU",
    "US, asia-east1",
    "EU, EU",
    "EU, europe-west1",
    "EU, EUR4",
    "europe-west1, EUROPE-WEST1",
    "europe-west1, EU",
    "us-east1, US",
    "me-west1, US",
    "'', EU"
  })
  void aDatasetMayLoadFromItsOwnPlace(String dataset, String bucket) {
    assertThat(Locations.areApart(dataset, bucket)).isFalse();
  }
}
