package io.beambatch.e2e;

import io.beambatch.batch.AwaitBatches;
import java.io.IOException;
import java.io.Serializable;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.dynamic.ClassFileLocator;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;

/**
 * The program of a later day in one jar: each step and each coder of ours has got another field,
 * and so is another class to Java, unless it says that it is not.
 */
final class LaterProgram {
  private LaterProgram() {}

  /** Writes the jar, with the classes of tests in it, which a runner loads from the same place. */
  static Path write(Path jar) throws Exception {
    List<Path> folders = List.of(folderOf(AwaitBatches.class), folderOf(LaterProgram.class));
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path folder : folders) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            String name = folder.relativize(file).toString();
            // Services are Beam's to find, and it has found them.
            if (name.endsWith(".class") && !name.equals("module-info.class")) {
              write(name, later(name, file, folder), out);
            }
          }
        }
      }
    }
    return jar;
  }

  private static void write(String name, byte[] content, JarOutputStream out) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content);
    out.closeEntry();
  }

  private static byte[] later(String name, Path file, Path folder) throws Exception {
    byte[] now = Files.readAllBytes(file);
    if (!folder.equals(folderOf(AwaitBatches.class)) || !isSent(name)) {
      return now;
    }
    Class<?> type = load(name);
    return new ByteBuddy()
        .redefine(type, ClassFileLocator.ForClassLoader.of(type.getClassLoader()))
        .defineField("later", String.class, Visibility.PUBLIC)
        .make()
        .getBytes();
  }

  /** Whether runners keep or send objects of a class. */
  private static boolean isSent(String name) throws ClassNotFoundException {
    Class<?> type = load(name);
    return Serializable.class.isAssignableFrom(type)
        && (DoFn.class.isAssignableFrom(type) || Coder.class.isAssignableFrom(type));
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
    return Class.forName(type, false, LaterProgram.class.getClassLoader());
  }

  private static Path folderOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
