package io.beambatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
  void largeFileIsCompleteAlthoughItIsForcedMeanwhile() throws IOException {
    byte[] block = new byte[1 << 20];
    String path = path("large");
    try (OutputStream out = Storage.create(path)) {
      for (int i = 0; i < 40; i++) {
        Arrays.fill(block, (byte) i);
        out.write(block);
      }
    }

    try (InputStream in = Storage.open(path)) {
      for (int i = 0; i < 40; i++) {
        Arrays.fill(block, (byte) i);
        assertThat(in.readNBytes(block.length)).isEqualTo(block);
      }
      assertThat(in.read()).isEqualTo(-1);
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
