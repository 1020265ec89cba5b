package io.beambatch.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.cli.Program;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A library that nobody asked for, or a version with a known weakness, comes along with those that
 * are needed. The packaged program is looked at as it is installed: what is in {@code lib/} is in
 * the bill of materials, nothing of it is for tests, and what was left out is missed by nothing
 * that Beam looks for.
 */
@Tag("slow")
class TheProgramBringsWhatItNeedsAndNoMoreTest {
  private static final Path DIST = Path.of("target/dist").toAbsolutePath();
  private static final String SERVICES = "META-INF/services/";

  /** Connectors of Beam whose clients are left out; Beam loads them only where they are named. */
  private static final String LEFT_OUT = ".*(Spanner|FhirIO|Healthcare|HL7v2|Dicom).*";

  private static List<Path> jars;

  @BeforeAll
  static void findJars() throws IOException {
    assertThat(Program.LAUNCHER).as("the program, which mvn package makes").exists();
    try (Stream<Path> files = Files.list(DIST.resolve("lib"))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    assertThat(jars).hasSizeGreaterThan(100);
  }

  @Test
  void everyServiceThatBeamLooksForCanBeMade() throws Exception {
    Map<String, String> broken = new LinkedHashMap<>();
    int made = 0;
    try (URLClassLoader program = new URLClassLoader(urls(), platform())) {
      for (Map.Entry<String, List<String>> service : services("org.apache.beam.").entrySet()) {
        Class<?> type = Class.forName(service.getKey(), false, program);
        for (String name : service.getValue()) {
          try {
            Object made1 =
                Class.forName(name, true, program).getDeclaredConstructor().newInstance();
            assertThat(type.isInstance(made1)).as(name).isTrue();
            made++;
          } catch (ReflectiveOperationException | LinkageError e) {
            broken.put(name, String.valueOf(e));
          }
        }
      }
    }
    assertThat(made).isGreaterThan(50);
    assertThat(broken.keySet()).as("%s", broken).allMatch(name -> name.matches(LEFT_OUT));
  }

  @Test
  void everyInterfaceOfOptionsCanBeRead() throws Exception {
    try (URLClassLoader program = new URLClassLoader(urls(), platform())) {
      Thread thread = Thread.currentThread();
      ClassLoader usual = thread.getContextClassLoader();
      thread.setContextClassLoader(program);
      try {
        int interfaces = 0;
        String registrar = "org.apache.beam.sdk.options.PipelineOptionsRegistrar";
        for (String name : services(registrar).get(registrar)) {
          Object options =
              Class.forName(name, true, program).getDeclaredConstructor().newInstance();
          Iterable<?> types =
              (Iterable<?>) options.getClass().getMethod("getPipelineOptions").invoke(options);
          for (Object type : types) {
            assertThat(((Class<?>) type).getMethods()).as("%s", type).isNotEmpty();
            interfaces++;
          }
        }
        assertThat(interfaces).isGreaterThan(20);
      } finally {
        thread.setContextClassLoader(usual);
      }
    }
  }

  @Test
  void noLibraryIsForTests() {
    assertThat(jars)
        .extracting(jar -> jar.getFileName().toString())
        // Beam's reader of options needs Hamcrest.
        .noneMatch(
            name ->
                name.matches(
                    "(?!hamcrest-[0-9]).*(-tests?\\b|test-|testing|junit|mockito|hamcrest|assertj"
                        + "|testcontainers|jqwik).*"));
  }

  @Test
  void whatHadAWeaknessIsFixed() {
    Map<String, String> versions = new LinkedHashMap<>();
    for (Path jar : jars) {
      String name = jar.getFileName().toString().replaceAll("\\.jar$", "");
      versions.put(name.replaceAll("-[0-9].*", ""), name.replaceAll("^.*?-(?=[0-9])", ""));
    }
    assertThat(number(versions.get("aircompressor"))).isGreaterThanOrEqualTo(number("2.0.3"));
    assertThat(number(versions.get("avro"))).isGreaterThanOrEqualTo(number("1.11.5"));
    assertThat(number(versions.get("netty-codec-http2"))).isGreaterThanOrEqualTo(number("4.1.125"));
  }

  @Test
  void theBillOfMaterialsNamesEachLibraryAndNoOther() throws Exception {
    JsonNode bom = JsonMapper.builder().build().readTree(Path.of("target/bom.json").toFile());
    assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    TreeSet<String> named = new TreeSet<>();
    for (JsonNode component : bom.path("components")) {
      named.add(component.path("name").asText() + "-" + component.path("version").asText());
      assertThat(component.path("hashes")).as("%s", component.path("purl")).isNotEmpty();
    }
    TreeSet<String> there = new TreeSet<>();
    jars.forEach(jar -> there.add(jar.getFileName().toString().replaceAll("\\.jar$", "")));

    assertThat(named).isEqualTo(there);
  }

  @Test
  void onlyTheJarForFlinkOpensTheJdk() throws Exception {
    try (JarFile jar = new JarFile(DIST.resolve("beam-batch-inference.jar").toFile())) {
      Attributes attributes = jar.getManifest().getMainAttributes();
      assertThat(attributes.getValue("Add-Opens")).isNull();
      assertThat(attributes.getValue("Main-Class")).isEqualTo("io.beambatch.cli.Main");
      for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
        assertThat(entries.nextElement().getTime())
            .as("two builds give the same jar: no entry has the time of its build")
            .isEqualTo(jar.getJarEntry("META-INF/MANIFEST.MF").getTime());
      }
    }
  }

  private static ClassLoader platform() {
    return ClassLoader.getPlatformClassLoader();
  }

  private static URL[] urls() throws IOException {
    List<URL> urls = new ArrayList<>();
    urls.add(DIST.resolve("beam-batch-inference.jar").toUri().toURL());
    for (Path jar : jars) {
      urls.add(jar.toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  /** Service interfaces whose names begin so, with the names of the classes that implement them. */
  private static Map<String, List<String>> services(String prefix) throws IOException {
    Map<String, List<String>> services = new LinkedHashMap<>();
    for (Path path : jars) {
      try (JarFile jar = new JarFile(path.toFile())) {
        for (JarEntry entry : jar.stream().toList()) {
          if (entry.getName().startsWith(SERVICES + prefix)) {
            String text = new String(jar.getInputStream(entry).readAllBytes(), UTF_8);
            services
                .computeIfAbsent(
                    entry.getName().substring(SERVICES.length()), first -> new ArrayList<>())
                .addAll(
                    text.lines()
                        .map(line -> line.replaceAll("#.*", "").strip())
                        .filter(line -> !line.isEmpty())
                        .toList());
          }
        }
      }
    }
    return services;
  }

  /** A version as a number that grows with it. */
  private static long number(String version) {
    String[] parts = version.split("[.-]", -1);
    return Long.parseLong(parts[0]) * 1_000_000
        + Long.parseLong(parts[1]) * 1_000
        + Long.parseLong(parts[2]);
  }
}
