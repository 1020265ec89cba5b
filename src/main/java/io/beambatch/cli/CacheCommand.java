package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.reuse.CacheFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cache}: what a cache of answers holds. */
@Command(
    name = "cache",
    description = "Shows what a cache of answers holds, and what the last runs found in it.",
    subcommands = CacheCommand.PruneCommand.class)
final class CacheCommand implements Callable<Integer> {
  @Mixin private PathOption path;
  @Mixin private JsonOption json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CacheFolder.Contents contents = path.folder().contents();
    PrintWriter out = spec.commandLine().getOut();
    if (json.isGiven()) {
      out.print(JsonOption.text(contents) + "\n");
    } else {
      out.print(facts(contents));
    }
    out.flush();
    return ExitCode.DONE;
  }

  private static Facts facts(CacheFolder.Contents contents) {
    Facts facts = new Facts();
    facts.add("cache", contents.path());
    facts.add("answers", Summary.number(contents.answers()));
    facts.add(
        "size",
        RunsCommand.size(contents.bytes()) + " in " + Summary.count(contents.files(), "file"));
    if (contents.newerFiles() > 0) {
      facts.add(
          "not read",
          Summary.number(contents.newerFiles())
              + " of the files, which a newer version of the program has written");
    }
    if (contents.oldest() != null) {
      facts.add("oldest", contents.oldest());
    }
    for (CacheFolder.Lookup lookup : contents.lookups()) {
      facts.add(
          "run " + lookup.run(),
          String.format(
              Locale.ROOT,
              "%,d of %,d requests were known (%.1f %%)",
              lookup.known(),
              lookup.lines(),
              100.0 * lookup.known() / Math.max(1, lookup.lines())));
    }
    return facts;
  }

  /** {@code cache prune}: deletes old answers. */
  @Command(
      name = "prune",
      description = {
        "Deletes old answers from a cache; an answer's age counts from when it was bought.",
        "Runs that use these answers have copies. Later runs buy them again."
      })
  static final class PruneCommand implements Callable<Integer> {
    @Mixin private PathOption path;
    @Mixin private OlderThanOption age;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      CacheFolder folder = path.folder();
      long bytes;
      try {
        bytes = folder.prune(age.limit(), null);
      } catch (IOException e) {
        throw new UserException(
            "the cache " + folder + " can't be pruned: " + Storage.reason(e), ExitCode.ERROR);
      }
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

    @Mixin private FolderOptions options;

    CacheFolder folder() throws IOException {
      options.access();
      CacheFolder folder = new CacheFolder(path);
      if (folder.isMissing()) {
        throw new UserException(
            "there is no cache of answers in "
                + folder
                + "; give the folder that job files name as cache.path: --path DIR",
            ExitCode.USAGE);
      }
      return folder;
    }
  }
}
