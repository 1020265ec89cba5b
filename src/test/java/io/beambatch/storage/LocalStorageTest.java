package io.beambatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStorageTest extends StorageContract {
  @TempDir Path folder;

  @Override
  String path(String name) {
    return folder + "/here/" + name;
  }

  @Override
  List<String> names() throws IOException {
    Path here = folder.resolve("here");
    try (Stream<Path> files = Files.walk(here)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> here.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void understandsFileUrls() throws IOException {
    Files.writeString(folder.resolve("x"), "1");
    String url = "file://" + folder.resolve("x");
    assertThat(Storage.exists(url)).isTrue();
    try (InputStream in = Storage.open(url)) {
      assertThat(in.read()).isEqualTo('1');
    }
  }

  @Test
  void namesTheFileThatIsWhereAFolderHasToBe() throws IOException {
    Files.writeString(folder.resolve("here"), "a file");
    assertThatThrownBy(() -> Storage.checkWritable(path("out/answers")))
        .isInstanceOf(IOException.class)
        .hasMessage(folder.resolve("here") + " (Not a directory)");
  }
}
