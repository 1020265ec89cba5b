package io.beambatch.template;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.job.JobReader;
import io.beambatch.template.TemplateOptions.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.SdkHarnessOptions;
import org.jspecify.annotations.Nullable;

/** Reads a job for workers that don't share this machine's disk and environment. */
final class HostedJob {
  private HostedJob() {}

  /**
   * Reads the job file of a launch.
   *
   * @throws UserException if workers could not run the job; names every problem
   */
  static Job read(TemplateOptions options) throws JobFileException {
    // Job files are on gs://, so the file systems are set up first.
    FileSystems.setDefaultPipelineOptions(options);
    Job job = JobReader.read(options.getJobFile(), overrides(options.getOverrides()));
    if (options.getRoot() != null) {
      job = JobReader.read(options.getJobFile(), rooted(job, options));
    }
    List<String> problems = new ArrayList<>();
    job.source().paths().forEach(path -> requireRemote("source.path", path, problems));
    job.answers().path().ifPresent(path -> requireRemote("sink.path", path, problems));
    job.failures().path().ifPresent(path -> requireRemote("failures.path", path, problems));
    requireRemote("the parameter staging", options.getStaging(), problems);
    if (options.getMode() == Mode.SUBMIT || options.getMode() == Mode.COLLECT) {
      job.source()
          .endlessness()
          .ifPresent(
              endless ->
                  problems.add(
                      endless.what() + " never ends, which mode " + options.getMode() + " needs"));
    }
    requirePatience(options, job, problems);
    if (!problems.isEmpty()) {
      throw new UserException(
          options.getJobFile() + " can't be run on Dataflow: " + String.join("; ", problems),
          ExitCode.USAGE);
    }
    return job;
  }

  /** The overrides of a launch, and those that put relative paths under its root. */
  private static List<String> rooted(Job job, TemplateOptions options) {
    String root = Objects.requireNonNull(options.getRoot()).replaceAll("/+$", "") + "/";
    List<String> overrides = new ArrayList<>(overrides(options.getOverrides()));
    if (!job.source().paths().isEmpty()) {
      overrides.add(
          "source.path=" + json(job.source().paths().stream().map(p -> under(root, p)).toList()));
    }
    job.answers().path().ifPresent(path -> overrides.add("sink.path=" + json(under(root, path))));
    job.failures()
        .path()
        .ifPresent(path -> overrides.add("failures.path=" + json(under(root, path))));
    return overrides;
  }

  private static String under(String root, String path) {
    return path.contains("://") || path.startsWith("/") ? path : root + path;
  }

  /** A value as YAML: JSON is valid YAML, whatever characters the text has. */
  private static String json(Object value) {
    return JsonMapper.builder().build().valueToTree(value).toString();
  }

  /** Splits {@code a=1;b=2}; a doubled semicolon is a literal one in a value. */
  static List<String> overrides(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return List.of();
    }
    String mark = "\0";
    return Stream.of(text.replace(";;", mark).split(";"))
        .map(override -> override.replace(mark, ";").strip())
        .filter(override -> !override.isEmpty())
        .toList();
  }

  private static void requireRemote(String name, String path, List<String> problems) {
    if (!path.contains("://")) {
      problems.add(
          name
              + " is "
              + path
              + ", a path on this machine, which workers don't see: use a gs:// path, or the"
              + " parameter root");
    }
  }

  /** Batches take up to a day, and one callback waits for all of them. */
  private static void requirePatience(TemplateOptions options, Job job, List<String> problems) {
    int timeout = options.as(SdkHarnessOptions.class).getElementProcessingTimeoutMinutes();
    if (options.getMode() == Mode.RUN
        && timeout > 0
        && timeout <= job.inference().poll().deadline().toMinutes()) {
      problems.add(
          "elementProcessingTimeoutMinutes is "
              + timeout
              + ", but batches are awaited for up to poll.deadline ("
              + job.inference().poll().deadline().toMinutes()
              + " minutes): leave it out");
    }
  }
}
