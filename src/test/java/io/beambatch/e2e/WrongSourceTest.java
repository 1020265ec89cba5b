package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that isn't what the job says is one error before anything is sent. */
class WrongSourceTest {
  private static final String JOB = "pipelines/sentiment.yaml";
  private static final String ARRAY =
      "[\n  {\"id\": 1, \"text\": \"a\"},\n  {\"id\": 2, \"text\": \"b\"}\n]\n";

  @TempDir Path folder;
  private Workplace workplace;

  @BeforeEach
  void workplaceIsEmpty() {
    workplace = new Workplace(folder);
  }

  @Test
  void saysWhatTheFileIsAndWhatFixesIt() throws Exception {
    isOneError(
        run(workplace.write("a.jsonl", ARRAY)),
        "a.jsonl is a JSON array, not one object a line; set source.type to json, or convert it: jq"
            + " -c '.[]' a.jsonl > lines-a.jsonl");
    isOneError(
        run(write("b.jsonl", gzip("{\"id\": 1}\n".repeat(100)))),
        "b.jsonl is gzip data, which its name doesn't say; rename it to b.jsonl.gz");
    byte[] whole = gzip("{\"id\": 1, \"text\": \"a\"}\n".repeat(100_000));
    isOneError(
        run(write("c.jsonl.gz", Arrays.copyOf(whole, whole.length - 9))),
        "the gzip data end too early: the file was cut off");
    isOneError(
        run(workplace.write("d.jsonl.xz", "")),
        "d.jsonl.xz is compressed in a way that can't be read (.xz); unpack it (xz -d d.jsonl.xz)");
    isOneError(
        run(workplace.write("e.csv", "id;text\n1;a\n"), "--set", "source.type=csv"),
        "set source.delimiter to \";\"");
    isOneError(
        run(folder.resolve("none*.jsonl")), "No file matches source.path " + folder + "/none");
    isOneError(run(folder), "is a folder; name the files in it, such as " + folder + "/*");
    isOneError(
        run(workplace.write("f.parquet", "id,text\n"), "--set", "source.type=parquet"),
        "f.parquet is not what 'type: parquet' reads");
  }

  @Test
  void theSameIsReadOnceTheJobSaysWhatItIs() throws Exception {
    Said said = run(workplace.write("a.jsonl", ARRAY), "--set", "source.type=json");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(workplace.answered())
        .extracting(document -> document.get("id").asInt())
        .containsExactlyInAnyOrder(1, 2);
  }

  private void isOneError(Said said, String told) throws Exception {
    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.err().lines().filter(line -> line.startsWith("error: ")))
        .singleElement()
        .asString()
        .contains(told);
    assertThat(said.err()).doesNotContain("Exception", "\tat ");
    assertThat(workplace.batches()).isEmpty();
  }

  private Said run(Path file, String... more) {
    String[] args = Arrays.copyOf(new String[] {"--set", "source.path=" + file}, 2 + more.length);
    System.arraycopy(more, 0, args, 2, more.length);
    return workplace.run(JOB, args);
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
