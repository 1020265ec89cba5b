package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.error.MiscountException;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file of outcomes as it is read for the sink. */
class ResultFileTest {
  @TempDir Path directory;
  private RunFolder folder;

  @BeforeEach
  void aFileOfThreeDocuments() throws IOException {
    folder = RunFolder.of(directory.toString(), "job", "r1");
    Storage.write(
        folder.result("a1-c00000", "failed.jsonl"),
        out -> out.write("{\"d\":0}\n{\"d\":1}\n{\"d\":2}\n".getBytes(UTF_8)));
  }

  @Test
  void isReadLineByLine() throws Exception {
    List<String> documents = new ArrayList<>();

    file(3)
        .read(
            folder,
            (buffer, from, to) -> documents.add(new String(buffer, from, to - from, UTF_8)));

    assertThat(documents).containsExactly("{\"d\":0}", "{\"d\":1}", "{\"d\":2}");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 4})
  void hasAsManyDocumentsAsItsRecordSays(long documents) {
    assertThatThrownBy(() -> file(documents).read(folder, (buffer, from, to) -> {}))
        .isInstanceOf(MiscountException.class)
        .hasMessageContaining("it should have " + documents + " documents, but has 3");
  }

  @Test
  void namesTheLineThatTheSinkRefuses() {
    assertThatThrownBy(
            () ->
                file(3)
                    .read(
                        folder,
                        (buffer, from, to) -> {
                          if (buffer[to - 2] == '1') {
                            throw new IOException("a column is missing");
                          }
                        }))
        .isInstanceOf(IOException.class)
        .hasMessage("line 2: a column is missing");
  }

  @Test
  void isNamedByItsChunk() {
    ResultFile file = file(3);

    assertThat(file.subject()).isEqualTo("a1-c00000-failed");
    assertThat(file.name()).isEqualTo("a1-c00000.failed.jsonl");
    assertThat(file.in(folder)).isEqualTo(folder.result("a1-c00000", "failed.jsonl"));
  }

  @Test
  void survivesItsCoder() throws Exception {
    Coder<ResultFile> coder = CoderRegistry.createDefault().getCoder(ResultFile.class);

    assertThat(CoderUtils.clone(coder, file(3))).isEqualTo(file(3));
    assertThat(coder.consistentWithEquals()).isTrue();
  }

  private static ResultFile file(long documents) {
    return new ResultFile(ResultFile.Kind.FAILED, "a1-c00000", "a1-c00000.failed.jsonl", documents);
  }
}
