package io.beambatch.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.beambatch.storage.Storage.PendingFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of files wherever they are. */
abstract class StorageContract {
  /** Names that would stand for others in patterns, and that do not belong into URLs. */
  private static final List<String> ODD =
      List.of("a[1].txt", "a*.txt", "a?.txt", "{a,b}.txt", "a b.txt", "ä+%20#.txt");

  /** A path below a folder of this test. */
  abstract String path(String name);

  /** The names of all files below that folder, sorted. */
  abstract List<String> names() throws IOException;

  @Test
  void whatIsWrittenIsReadBackFromAnyPlace() throws IOException {
    write("f/x.txt", "0123456789");
    assertThat(read("f/x.txt", 0)).isEqualTo("0123456789");
    assertThat(read("f/x.txt", 7)).isEqualTo("789");
    assertThat(Storage.size(path("f/x.txt"))).isEqualTo(10);
    assertThat(Storage.exists(path("f/x.txt"))).isTrue();
  }

  @Test
  void anEmptyFileIsAFile() throws IOException {
    write("empty", "");
    assertThat(read("empty", 0)).isEmpty();
    assertThat(Storage.size(path("empty"))).isZero();
    assertThat(Storage.exists(path("empty"))).isTrue();
  }

  @Test
  void whatIsLargerThanAnyBufferIsReadBack() throws IOException {
    byte[] pattern = "0123456789abcde\n".getBytes(StandardCharsets.UTF_8);
    int times = (20 << 20) / pattern.length;
    try (OutputStream out = Storage.create(path("large"))) {
      for (int i = 0; i < times; i++) {
        out.write(pattern);
      }
    }
    assertThat(Storage.size(path("large"))).isEqualTo(20 << 20);
    try (InputStream in = Storage.open(path("large"), 16L * (times - 2) + 8)) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("89abcde\n0123456789abcde\n");
    }
    try (InputStream in = Storage.open(path("large"))) {
      byte[] read = new byte[pattern.length];
      for (int i = 0; i < times; i++) {
        in.readNBytes(read, 0, read.length);
        assertThat(read).isEqualTo(pattern);
      }
      assertThat(in.read()).isNegative();
    }
  }

  @Test
  void showsTheSizesOfAllFilesBelowAFolder() throws IOException {
    assertThat(Storage.sizes(path("nowhere"))).isEmpty();
    write("sizes/a b/c[1].txt", "12345");
    write("sizes/d", "");
    write("sizes-beside/e", "1");
    assertThat(Storage.sizes(path("sizes")))
        .containsOnly(entry("a b/c[1].txt", 5L), entry("d", 0L));
  }

  @Test
  void listsTheFilesOfAFolderByTheirNames() throws IOException {
    assertThat(Storage.list(path("nowhere"))).isEmpty();
    for (String name : ODD) {
      write("list [1]*/" + name, "x");
    }
    write("list [1]*/below/y", "y");
    write("list [1]*-beside", "z");
    assertThat(Storage.list(path("list [1]*"))).containsExactlyInAnyOrderElementsOf(ODD);
  }

  @Test
  void aFileAppearsWhenItIsCommittedAndNotBefore() throws IOException {
    try (PendingFile file = PendingFile.create(path("out/x"))) {
      file.stream().write(new byte[] {'1'});
      assertThat(Storage.exists(path("out/x"))).isFalse();
      file.commit();
      assertThat(names()).containsExactly("out/x");
    }
    assertThat(read("out/x", 0)).isEqualTo("1");
    assertThat(names()).containsExactly("out/x");
  }

  @Test
  void aFileTakesThePlaceOfAnother() throws IOException {
    write("x", "the first one");
    write("x", "another");
    assertThat(read("x", 0)).isEqualTo("another");
    assertThat(names()).containsExactly("x");
  }

  @Test
  void nothingIsLeftOfAFileThatWasGivenUp() throws IOException {
    write("x", "before");
    assertThatThrownBy(
            () ->
                Storage.write(
                    path("x"),
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("disturbed");
                    }))
        .hasMessage("disturbed");
    assertThat(read("x", 0)).isEqualTo("before");
    assertThat(names()).containsExactly("x");
  }

  @Test
  void findingOutWhetherAFileCouldBeWrittenLeavesNone() throws IOException {
    Storage.checkWritable(path("out/answers"));
    assertThat(names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "no/such/file"})
  void aFileThatIsMissingIsNamed(String name) throws IOException {
    assertThat(Storage.exists(path(name))).isFalse();
    assertThatThrownBy(() -> Storage.size(path(name)))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining(path(name));
    assertThatThrownBy(() -> read(name, 0))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining(path(name));
  }

  @Test
  void charactersOfPatternsMeanNothingInNames() throws IOException {
    write("a1.txt", "plain");
    for (String name : ODD) {
      assertThat(Storage.exists(path(name))).as(name).isFalse();
      Storage.delete(List.of(path(name)));
      write(name, name);
      assertThat(read(name, 0)).isEqualTo(name);
      assertThat(Storage.size(path(name))).as(name).isPositive();
    }
    List<String> all = new ArrayList<>(ODD);
    all.add("a1.txt");
    assertThat(names()).containsExactlyInAnyOrderElementsOf(all);
    Storage.delete(ODD.stream().map(this::path).toList());
    assertThat(names()).containsExactly("a1.txt");
  }

  @Test
  void filesThatAreMissingAreDeletedWithoutComplaint() throws IOException {
    write("x", "");
    Storage.delete(List.of());
    Storage.delete(List.of(path("y"), path("x"), path("no/such/folder/z")));
    assertThat(names()).isEmpty();
  }

  @Test
  void aFolderIsDeletedWithAllThatIsInItAndNothingBeside() throws IOException {
    for (String name : List.of("run*/a", "run*/deep/er/b", "run*/.c.tmp", "run1/a", "run*2/a")) {
      write(name, "x");
    }
    Storage.deleteFolder(path("run*"));
    assertThat(names()).containsExactly("run*2/a", "run1/a");
    Storage.deleteFolder(path("run*"));
  }

  private void write(String name, String content) throws IOException {
    Storage.write(path(name), out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
  }

  private String read(String name, long from) throws IOException {
    try (InputStream in = Storage.open(path(name), from)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
