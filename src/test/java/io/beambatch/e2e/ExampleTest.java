package io.beambatch.e2e;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The example, built and run by Maven as somebody else's program: with the library's jar, with what
 * its POM brings along, and with the runner that the example names.
 */
@Tag("slow")
class ExampleTest {
  private static final Path LIBRARY = Path.of("target/beam-batch-inference-library.jar");
  private static final Path EXAMPLE = Path.of("src/examples/sentiment");

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
    Element example = pom(EXAMPLE.resolve("pom.xml"));
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
  void somebodyElsesBuildAsksWithTheLibraryAlone() throws Exception {
    Path project = copied(EXAMPLE);
    Path repository = repository();
    try (LocalServer server =
        LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve("server")))) {
      Program maven =
          Program.start(
              Path.of("").toAbsolutePath(),
              folder.resolve("example"),
              Map.of(
                  "OPENAI_API_KEY",
                  "local",
                  "OPENAI_BASE_URL",
                  server.baseUrl().toString(),
                  "MAVEN_OPTS",
                  "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m"),
              List.of(
                  "mvn",
                  "-B",
                  "-q",
                  "-f",
                  project.toString(),
                  "-Dmaven.repo.local=" + repository,
                  "compile",
                  "exec:java",
                  "-Dexec.args=--input=test-data/reviews.jsonl"
                      + (" --output=" + folder.resolve("sentiment"))
                      + (" --staging=" + folder.resolve("staging"))
                      + " --pollInterval=100ms --run=r1"));
      assertThat(maven.end()).as("%s", maven).isZero();
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

  /** The example elsewhere, so that the build leaves nothing beside the sources. */
  private Path copied(Path project) throws IOException {
    Path copy = folder.resolve("project");
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = copy.resolve(project.relativize(file));
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    return copy;
  }

  /**
   * Maven's repository with this build's library in it. All else are links to the repository in
   * use, which stays without the library: other programs on this machine may depend on another.
   */
  private static Path repository() throws Exception {
    Path used =
        Path.of(
            System.getProperty(
                "maven.repository", System.getProperty("user.home") + "/.m2/repository"));
    Path repository = Path.of("target/example-repository").toAbsolutePath();
    Path group = Files.createDirectories(repository.resolve("io"));
    link(used, repository);
    link(used.resolve("io"), group);
    String version = texts(pom(Path.of("pom.xml")), "version").get(0);
    Path installed = group.resolve("beambatch/beam-batch-inference").resolve(version);
    Files.createDirectories(installed);
    String name = "beam-batch-inference-" + version;
    Files.copy(Path.of("pom.xml"), installed.resolve(name + ".pom"), REPLACE_EXISTING);
    Files.copy(LIBRARY, installed.resolve(name + "-library.jar"), REPLACE_EXISTING);
    return repository;
  }

  /** Links what a folder has that another doesn't. */
  private static void link(Path from, Path to) throws IOException {
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        Path link = to.resolve(entry.getFileName());
        if (!Files.exists(link, NOFOLLOW_LINKS) && !link.endsWith("io/beambatch")) {
          Files.createSymbolicLink(link, entry);
        }
      }
    }
  }
}
