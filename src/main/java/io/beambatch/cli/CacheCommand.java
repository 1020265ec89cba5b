package io.beambatch.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.error.ExitCode;
import io.beambatch.reuse.CacheFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.io.FileSystems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cache}: what a cache of answers holds. */
@Command(
    name = "cache",
    description = "Shows what a cache of answers holds, and what the last runs found in it.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = CacheCommand.PruneCommand.class)
final class CacheCommand implements Callable<Integer> {
  @Mixin private PathOption path;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CacheFolder.Contents contents = path.folder().contents();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(contents));
    } else {
      print(contents, out);
    }
    out.flush();
    return ExitCode.DONE;
  }

  private static void print(CacheFolder.Contents contents, PrintWriter out) {
    line(out, "cache", contents.path());
    line(out, "answers", Summary.number(contents.answers()));
    line(
        out,
        "size",
        RunsCommand.size(contents.bytes()) + " in " + Summary.number(contents.files()) + " files");
    if (contents.oldest() != null) {
      line(out, "oldest", contents.oldest());
    }
    for (CacheFolder.Lookup lookup : contents.lookups()) {
      line(
          out,
          "run " + lookup.run(),
          String.format(
              Locale.ROOT,
              "%,d of %,d requests were known (%.1f %%)",
              lookup.known(),
              lookup.lines(),
              100.0 * lookup.known() / Math.max(1, lookup.lines())));
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-22s %s%n", name, value);
  }

  /** {@code cache prune}: deletes old answers. */
  @Command(
      name = "prune",
      description = {
        "Deletes old answers from a cache. Runs that count on them have them already.",
        "What is asked again after that is bought again."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  static final class PruneCommand implements Callable<Integer> {
    @Mixin private PathOption path;

    @Option(
        names = "--older-than",
        paramLabel = "AGE",
        required = true,
        converter = DurationConverter.class,
        description = "Deletes answers that were bought longer ago than this, such as 90d or 12h.")
    private Duration age;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      long bytes = path.folder().prune(Clock.systemUTC().instant().minus(age), null);
      PrintWriter out = spec.commandLine().getOut();
      out.println("pruned " + RunsCommand.size(bytes));
      out.flush();
      return ExitCode.DONE;
    }
  }

  /** Where the cache is. */
  static final class PathOption {
    @Option(
        names = "--path",
        paramLabel = "DIR",
        defaultValue = ".beambatch/cache",
        description =
            "The cache's folder, as cache.path in the job file; local or gs://. Default:"
                + " ${DEFAULT-VALUE}.")
    private String path;

    @Parameters(
        arity = "0..*",
        paramLabel = "-- BEAM_OPTION",
        description = "Options for Beam, after --.")
    private List<String> beamOptions = new ArrayList<>();

    CacheFolder folder() {
      if (path.startsWith("gs://")) {
        FileSystems.setDefaultPipelineOptions(BeamOptions.parse(beamOptions));
      }
      return new CacheFolder(path);
    }
  }
}
