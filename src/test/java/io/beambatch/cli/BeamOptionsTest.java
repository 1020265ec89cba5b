package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

/** Beam's options, with as little of Beam as it takes. */
class BeamOptionsTest {

  @Test
  void givenNoneNoInterfaceOnTheClassPathIsRead() throws Exception {
    // Beam registers once for each loader of its classes: this one has seen nothing yet.
    try (URLClassLoader fresh = new URLClassLoader(classPath(), null)) {
      Thread thread = Thread.currentThread();
      ClassLoader usual = thread.getContextClassLoader();
      thread.setContextClassLoader(fresh);
      System.setProperty(BeamOptions.ALONE, "true");
      try {
        var parse =
            fresh.loadClass(BeamOptions.class.getName()).getDeclaredMethod("parse", List.class);
        parse.setAccessible(true);
        var registered =
            fresh
                .loadClass(PipelineOptionsFactory.class.getName())
                .getMethod("getRegisteredOptions");

        parse.invoke(null, List.of());
        assertThat((Set<?>) registered.invoke(null)).hasSizeLessThan(3);

        parse.invoke(null, List.of("--project=shop"));
        assertThat((Set<?>) registered.invoke(null))
            .extracting(type -> ((Class<?>) type).getName())
            .contains(GcpOptions.class.getName(), DirectOptions.class.getName());
        assertThat(thread.getContextClassLoader()).isSameAs(fresh);
      } finally {
        System.clearProperty(BeamOptions.ALONE);
        thread.setContextClassLoader(usual);
      }
    }
  }

  @Test
  void givenNoneAllCanBeAskedForByTheirClass() {
    PipelineOptions options = BeamOptions.parse(List.of());

    assertThat(options.getRunner()).isEqualTo(DirectRunner.class);
    assertThat(options.as(DirectOptions.class).getTargetParallelism()).isPositive();
    assertThat(BeamOptions.parse(List.of("--project=shop")).as(GcpOptions.class).getProject())
        .isEqualTo("shop");
  }

  @Test
  void namesAnOptionThatNobodyHas() {
    assertThatThrownBy(() -> BeamOptions.parse(List.of("--frobnicate=1")))
        .hasMessageContaining("--frobnicate: neither Beam nor its runner has this option");
  }

  private static URL[] classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
        .map(BeamOptionsTest::url)
        .toArray(URL[]::new);
  }

  private static URL url(String path) {
    try {
      return Path.of(path).toUri().toURL();
    } catch (java.net.MalformedURLException e) {
      throw new AssertionError(e);
    }
  }
}
