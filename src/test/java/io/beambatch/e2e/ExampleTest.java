package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The example, built and run as somebody else's program: with the library's jar, with what comes
 * along with it, and with the runner that the example names.
 */
@Tag("slow")
class ExampleTest {
  private static final Path LIBRARY = Path.of("target/beam-batch-inference-library.jar");
  private static final Path SOURCE =
      Path.of("src/examples/sentiment/src/main/java/example/Sentiment.java");

  /** What the build says is optional, and what only comes with that. */
  private static final String OPTIONAL = "(picocli|javalin|jetty|jakarta|slf4j-jdk14).*";

  @TempDir Path folder;

  @Test
  void theLibraryHasNeitherCommandsNorAServer() throws Exception {
    try (JarFile jar = new JarFile(LIBRARY.toFile())) {
      assertThat(jar.stream().map(entry -> entry.getName()))
          .contains("io/beambatch/BatchInference.class")
          .noneMatch(name -> name.matches("io/beambatch/(cli|localserver|template)/.*"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Class-Path")).isNull();
    }
  }

  @Test
  void theExampleIsBuiltWithThisVersionAndThisBeam() throws Exception {
    Element example = pom(Path.of("src/examples/sentiment/pom.xml"));
    Element own = pom(Path.of("pom.xml"));

    assertThat(texts(example, "version")).contains(texts(own, "version").get(0));
    assertThat(texts(example, "classifier")).containsExactly("library");
    assertThat(texts(example, "beam.version")).isEqualTo(texts(own, "beam.version"));
  }

  private static Element pom(Path file) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(file.toFile())
        .getDocumentElement();
  }

  private static List<String> texts(Element pom, String name) {
    NodeList found = pom.getElementsByTagName(name);
    return IntStream.range(0, found.getLength())
        .mapToObj(i -> found.item(i).getTextContent())
        .toList();
  }

  @Test
  void somebodyElsesProgramAsksWithTheLibraryAlone() throws Exception {
    String classPath = classPath();
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    null,
                    null,
                    "--release=17",
                    "-proc:none",
                    "-cp",
                    classPath,
                    "-d",
                    folder.resolve("classes").toString(),
                    SOURCE.toString()))
        .isZero();
    try (LocalServer server =
        LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("server")))) {
      Program program =
          Program.start(
              Path.of("").toAbsolutePath(),
              folder.resolve("example"),
              Map.of("OPENAI_API_KEY", "local", "OPENAI_BASE_URL", server.baseUrl().toString()),
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  folder.resolve("classes") + File.pathSeparator + classPath,
                  "example.Sentiment",
                  "--input=test-data/reviews.jsonl",
                  "--output=" + folder.resolve("sentiment"),
                  "--staging=" + folder.resolve("staging"),
                  "--pollInterval=100ms",
                  "--run=r1"));
      assertThat(program.end()).as("%s", program).isZero();
    }

    Report report =
        Report.of(RunFolder.of(folder.resolve("staging").toString(), "sentiment", "r1"));
    long reviews;
    try (Stream<String> lines = Files.lines(Path.of("test-data/reviews.jsonl"))) {
      reviews = lines.count();
    }
    assertThat(report.documents()).isEqualTo(reviews);
    assertThat(answered()).hasSize(Math.toIntExact(report.answered()));
    assertThat(answered()).allSatisfy(line -> assertThat(line).contains("\"sentiment\":"));
  }

  private List<String> answered() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> lines = new ArrayList<>();
      for (Path file :
          files.filter(file -> file.getFileName().toString().startsWith("sentiment-0")).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
      return lines;
    }
  }

  private static String classPath() throws IOException {
    try (Stream<Path> libraries = Files.list(Path.of("target/lib"))) {
      return Stream.concat(
              Stream.of(LIBRARY),
              libraries.filter(jar -> !jar.getFileName().toString().matches(OPTIONAL)).sorted())
          .map(jar -> jar.toAbsolutePath().toString())
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
