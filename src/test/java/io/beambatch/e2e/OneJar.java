package io.beambatch.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.apache.beam.sdk.expansion.service.ExpansionService;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.github.jamm.MemoryMeter;

/**
 * The program and what it needs in one file, as the profile {@code flink} of the build makes it: a
 * cluster takes one jar of 200 MB in a moment, but 300 small ones in a minute.
 */
final class OneJar {
  /** What is about a single jar. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          ".*/|META-INF/(MANIFEST\\.MF|INDEX\\.LIST|[^/]+\\.(SF|DSA|RSA))|(.*/)?module-info\\.class");

  /** What more than one jar may have, and what is then needed of each. */
  private static final Pattern JOINED = Pattern.compile("META-INF/services/.+|reference\\.conf");

  /** Jars that the expansion service does without. */
  private static final Pattern LAUNCHING =
      Pattern.compile("(picocli|javalin|jetty|beam-runners-(direct|google)).*");

  /** Transforms of Beam's connectors, some of which need clients that are left out. */
  private static final Pattern CONNECTORS =
      Pattern.compile(
          "META-INF/services/.+\\.(ExternalTransformRegistrar|SchemaTransformProvider)");

  private OneJar() {}

  /**
   * Writes it.
   *
   * @param program whose manifest names further jars
   * @param more that the manifest doesn't name
   */
  static Path write(Path target, Path program, List<String> more) throws IOException {
    return write(target, program, more, null);
  }

  /** Writes the expansion service, as the profile {@code expansion-service} makes it. */
  static Path writeExpansionService(Path target, Path program) throws IOException {
    // Java's SDK harness needs it; the program itself does not.
    String jamm = MemoryMeter.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    return write(target, program, List.of(jamm), ExpansionService.class.getName());
  }

  private static Path write(Path target, Path program, List<String> more, String expansionService)
      throws IOException {
    Manifest manifest;
    List<Path> jars = new ArrayList<>(List.of(program));
    try (JarFile jar = new JarFile(program.toFile())) {
      manifest = jar.getManifest();
    }
    Attributes attributes = manifest.getMainAttributes();
    for (String name : attributes.getValue(Attributes.Name.CLASS_PATH).split(" ", -1)) {
      jars.add(program.resolveSibling(name));
    }
    more.forEach(jar -> jars.add(Path.of(jar)));
    attributes.remove(Attributes.Name.CLASS_PATH);
    attributes.put(Attributes.Name.MULTI_RELEASE, "true");
    if (expansionService != null) {
      attributes.put(Attributes.Name.MAIN_CLASS, expansionService);
      jars.removeIf(jar -> LAUNCHING.matcher(jar.getFileName().toString()).matches());
    }
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(target.toFile())) {
      out.putArchiveEntry(new ZipArchiveEntry(JarFile.MANIFEST_NAME));
      manifest.write(out);
      out.closeArchiveEntry();
      copy(jars, expansionService != null, out);
    }
    return target;
  }

  private static void copy(List<Path> jars, boolean expands, ZipArchiveOutputStream out)
      throws IOException {
    Set<String> written = new HashSet<>();
    Map<String, List<byte[]>> joined = new TreeMap<>();
    for (Path jar : jars) {
      try (ZipFile from = ZipFile.builder().setPath(jar).get()) {
        for (ZipArchiveEntry entry : Collections.list(from.getEntries())) {
          String name = entry.getName();
          if (expands
              && jar.getFileName().toString().contains("google-cloud-platform-2")
              && CONNECTORS.matcher(name).matches()) {
            continue;
          }
          if (JOINED.matcher(name).matches()) {
            try (InputStream content = from.getInputStream(entry)) {
              joined.computeIfAbsent(name, first -> new ArrayList<>()).add(content.readAllBytes());
            }
          } else if (!LEFT_OUT.matcher(name).matches() && written.add(name)) {
            // As it is: not unpacked and packed again.
            out.addRawArchiveEntry(entry, from.getRawInputStream(entry));
          }
        }
      }
    }
    for (Map.Entry<String, List<byte[]>> entry : joined.entrySet()) {
      out.putArchiveEntry(new ZipArchiveEntry(entry.getKey()));
      for (byte[] content : entry.getValue()) {
        out.write(content);
        out.write('\n');
      }
      out.closeArchiveEntry();
    }
  }
}
