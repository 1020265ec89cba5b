package io.beambatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.emulator.FaultyGcs;
import io.beambatch.emulator.GcsEmulator;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GcsStorageTest extends StorageContract {
  private static final String FOLDER = "a folder/";

  private GcsEmulator emulator;
  private String bucket;

  @BeforeEach
  void start() throws Exception {
    emulator = GcsEmulator.start();
    bucket = emulator.bucket();
    GcsEmulator.use(emulator.url());
  }

  @Override
  String path(String name) {
    return "gs://" + bucket + "/" + FOLDER + name;
  }

  @Override
  List<String> names() {
    return emulator.names(bucket, FOLDER).stream()
        .map(name -> name.substring(FOLDER.length()))
        .toList();
  }

  @Test
  void namesTheBucketThatIsNotThere() {
    String path = "gs://no-such-bucket/out/answers";
    assertThatThrownBy(() -> Storage.checkWritable(path))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("gs://no-such-bucket/out/")
        .hasMessageContaining("there is no bucket no-such-bucket; create it, or check the name");
    assertThatThrownBy(() -> Storage.deleteFolder(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no bucket no-such-bucket");
    assertThatThrownBy(() -> Storage.open(path)).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void saysWhichRoleIsMissing() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      GcsEmulator.use(faulty.url());
      faulty.refuseEverything(403, "me@example.com does not have access");
      for (Call call : calls()) {
        assertThatThrownBy(call::make)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("gs://" + bucket)
            .hasMessageContaining("roles/storage.objectUser) on bucket " + bucket);
      }
    }
  }

  @Test
  void saysHowToLogIn() throws Exception {
    try (FaultyGcs faulty = new FaultyGcs(emulator.url())) {
      GcsEmulator.use(faulty.url());
      faulty.refuseEverything(401, "Anonymous caller does not have access");
      for (Call call : calls()) {
        assertThatThrownBy(call::make)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("gs://" + bucket)
            .hasMessageContaining("gcloud auth application-default login");
      }
    }
  }

  /** A list call returns a thousand objects at most. */
  @Test
  void deletesFoldersOfSeveralPages() throws Exception {
    for (int i = 0; i < 1001; i++) {
      emulator.put(bucket, FOLDER + "large/" + i, "");
    }
    assertThat(Storage.sizes(path("large"))).hasSize(1001);
    Storage.deleteFolder(path("large"));
    assertThat(names()).isEmpty();
  }

  private List<Call> calls() {
    return List.of(
        () -> Storage.exists(path("x")),
        () -> Storage.open(path("x")).close(),
        () -> Storage.checkWritable(path("x")),
        () -> Storage.deleteFolder(path("x")));
  }

  private interface Call {
    void make() throws IOException;
  }
}
