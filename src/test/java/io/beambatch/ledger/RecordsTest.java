package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.UserException;
import io.beambatch.ledger.Records.Version;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsTest {
  @TempDir Path temp;
  private RunFolder run;

  @BeforeEach
  void aRunHasAFolder() {
    run = new RunFolder(temp + "/job/r1");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void areCreatedOnceAndReadBack(boolean versioned) throws IOException {
    Records<Shop> shops = records(versioned);

    assertThat(shops.read("a")).isEmpty();
    assertThat(shops.readAll()).isEmpty();
    assertThat(shops.names()).isEmpty();
    Version<Shop> a = shops.create("a", new Shop("Käse", 3)).orElseThrow();
    assertThat(shops.create("a", new Shop("other", 4))).isEmpty();
    assertThat(a).isEqualTo(new Version<>("a", 1, new Shop("Käse", 3)));
    assertThat(records(versioned).read("a")).contains(a);

    Version<Shop> b = shops.create("b", new Shop("b", 1)).orElseThrow();
    assertThat(shops.names()).containsExactly("a", "b");
    assertThat(shops.readAll()).isEqualTo(Map.of("a", a, "b", b));
    assertThat(shops.readAllBut(Set.of("a"))).isEqualTo(Map.of("b", b));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void givesTheOneThatWasCommittedFirst(boolean versioned) throws IOException {
    Records<Shop> shops = records(versioned);
    Shop first = new Shop("first", 1);

    assertThat(shops.commit("a", first)).isSameAs(first);
    assertThat(shops.commit("a", new Shop("second", 2))).isEqualTo(first);
  }

  @Test
  void areReplacedUnlessSomebodyElseHas() throws IOException {
    Records<Shop> shops = records(/* versioned= */ true);
    Version<Shop> first = shops.create("a", new Shop("a", 1)).orElseThrow();

    Version<Shop> second = shops.replace(first, new Shop("a", 2)).orElseThrow();

    assertThat(second).isEqualTo(new Version<>("a", 2, new Shop("a", 2)));
    assertThat(shops.replace(first, new Shop("a", 3))).isEmpty();
    assertThat(shops.read("a")).contains(second);
    assertThat(shops.readAll()).isEqualTo(Map.of("a", second));
  }

  @Test
  void thatAreWrittenOnceAreNeverReplaced() throws IOException {
    Records<Shop> shops = records(/* versioned= */ false);
    Version<Shop> first = shops.create("a", new Shop("a", 1)).orElseThrow();

    assertThat(shops.replace(first, new Shop("a", 2))).isEmpty();
    assertThat(shops.read("a")).contains(first);
  }

  @Test
  void lieWhereEarlierVersionsLookForThem() throws IOException {
    records(/* versioned= */ true).create("a", new Shop("Käse", 1));
    records(/* versioned= */ false).create("b", new Shop("b", 2));

    assertThat(temp.resolve("job/r1/shops/a/1.json"))
        .hasContent("{\"name\":\"K\\u00E4se\",\"size\":1}");
    assertThat(temp.resolve("job/r1/results/b.shop.json"))
        .hasContent("{\"name\":\"b\",\"size\":2}");
  }

  @Test
  void otherFilesBesideThoseThatAreWrittenOnceAreNoRecords() throws IOException {
    records(/* versioned= */ false).create("b", new Shop("b", 2));
    Files.writeString(temp.resolve("job/r1/results/b.jsonl"), "{}");

    assertThat(records(/* versioned= */ false).names()).containsExactly("b");
    assertThat(records(/* versioned= */ false).readAll()).containsOnlyKeys("b");
  }

  @Test
  void failWhereTheyAreDamaged() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("job/r1/shops/a"));
    Files.writeString(folder.resolve("1.json"), "{\"name\":");

    Records<Shop> shops = records(/* versioned= */ true);
    assertThatThrownBy(() -> shops.read("a"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "shops/a in " + temp.resolve("job/r1") + ": it is damaged near character 9");
    assertThatThrownBy(shops::readAll).isInstanceOf(UserException.class);
  }

  @Test
  void areKeptInNoOtherKindOfPlace() {
    assertThatThrownBy(() -> Ledgers.open("s3://bucket/staging"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("--staging s3://bucket/staging: runs are kept in local folders");
  }

  private Records<Shop> records(boolean versioned) {
    return versioned
        ? Records.versioned(run, "shops", Shop.class)
        : Records.once(run, "results", ".shop.json", Shop.class);
  }

  record Shop(String name, int size) {}
}
