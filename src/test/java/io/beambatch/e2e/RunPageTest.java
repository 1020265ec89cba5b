package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.emulator.InstalledProgram;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page that a finished run leaves beside its report. */
class RunPageTest {
  private static final String CHROMIUM = "BEAMBATCH_CHROMIUM";
  private static final Pattern TITLE = Pattern.compile("<title>(\\d+ \\d+)</title>");

  @TempDir Path folder;

  @Test
  void showsWhatBecameOfTheDocumentsAndNothingOfWhatIsInThem() throws Exception {
    Path page = page();
    String html = Files.readString(page);

    assertThat(html)
        .contains("41 of 42 documents answered, 1 failed.")
        .contains("invalid_document")
        .contains("the request needs the field &#39;text&#39;")
        .contains("Cost by batch", "In real time", "Saved")
        .contains("<meta name=\"viewport\"")
        .contains("<tr role=\"row\" class=\"batch\"><th role=\"rowheader\" scope=\"row\">a1-c00006")
        .doesNotContain("{{", "wonderful");
    // It loads nothing, runs nothing, and markup in what it shows stays text.
    assertThat(html.replace("http-equiv", ""))
        .doesNotContain("http", "<script", "src=", "href=", "url(", "@import")
        .contains("model&lt;b&gt;");
    assertThat(html.length()).isLessThan(20_000);
  }

  @Test
  void showsFailedDocumentsOnlyIfTheyAreAskedFor() throws Exception {
    Workplace workplace = new Workplace(folder);
    workplace.write(
        "in.jsonl", "{\"id\":1,\"secret\":\"<b>plum</b>\"}\n{\"id\":2,\"text\":\"wonderful\"}\n");
    String source = "source.path=" + folder.resolve("in.jsonl");

    Said said = workplace.run("pipelines/sentiment.yaml", "--set", source, "--samples");

    assertThat(said.exitCode()).as("%s", said).isZero();
    String html = Files.readString(Path.of(said.told("page")));
    assertThat(html)
        .contains("Some failed documents", "invalid_document: ", "&lt;b&gt;plum&lt;/b&gt;")
        .doesNotContain("<b>plum", "wonderful");
    Said without = workplace.run("pipelines/sentiment.yaml", "--set", source);
    assertThat(Files.readString(Path.of(without.told("page"))))
        .doesNotContain("plum", "Some failed documents");
  }

  /** What a phone shows is no wider than its screen, and a browser reads it without an error. */
  @Tag("slow")
  @ParameterizedTest
  @ValueSource(ints = {360, 1280})
  void fitsAScreen(int width) throws Exception {
    assumeTrue(System.getenv(CHROMIUM) != null, CHROMIUM + " names a browser");
    Path chromium = InstalledProgram.named(CHROMIUM);
    String html = Files.readString(page());
    // A script tells how wide it came out, and what of a table is out of sight; the page itself
    // allows none. It is in a frame, since a window may not be as narrow as a phone.
    Files.writeString(
        folder.resolve("measured.html"),
        html.replaceAll("<meta http-equiv[^>]*>", "")
            .replace(
                "</body>",
                "<script>let hidden = 0; for (const e of document.querySelectorAll('.scroll'))"
                    + " hidden += e.scrollWidth - e.clientWidth;"
                    + " parent.postMessage(document.documentElement.scrollWidth + ' ' + hidden, '*')"
                    + "</script></body>"));
    Path screen =
        Files.writeString(
            folder.resolve("screen.html"),
            "<script>onmessage = e => { document.title = e.data }</script>"
                + "<iframe src='measured.html' height='900' style='border: 0' width='"
                + width
                + "'></iframe>");
    String dom = chromium(chromium, "--dump-dom", screen);

    Matcher title = TITLE.matcher(dom);
    assertThat(title.find()).as(dom).isTrue();
    assertThat(title.group(1)).isEqualTo(width + " 0");
  }

  private String chromium(Path program, String task, Path page) throws Exception {
    File out = folder.resolve("dom").toFile();
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + folder.resolve("profile"),
                "--hide-scrollbars",
                "--virtual-time-budget=10000",
                task,
                page.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
    return Files.readString(out.toPath());
  }

  private Path page() throws Exception {
    Workplace workplace = new Workplace(folder);
    StringBuilder documents = new StringBuilder("{\"id\":0}\n");
    for (int i = 1; i <= 41; i++) {
      documents
          .append("{\"id\":")
          .append(i)
          .append(",\"text\":\"wonderful thing ")
          .append(i)
          .append("\"}\n");
    }
    workplace.write("in.jsonl", documents.toString());
    Said said =
        workplace.run(
            "pipelines/sentiment.yaml",
            "--set",
            "source.path=" + folder.resolve("in.jsonl"),
            "--set",
            "request.model=model<b>",
            "--set",
            "prices={'model<b>': {input: 1, output: 2}}",
            "--set",
            "limits={requests: 6}");
    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.told("page")).isEqualTo(said.told("report").replace(".json", ".html"));
    return Path.of(said.told("page"));
  }
}
