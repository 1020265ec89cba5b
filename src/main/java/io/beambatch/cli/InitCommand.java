package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.RequestSpec;
import io.beambatch.storage.FileSystemOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code init}: writes a commented job file for a sample of the data. */
@Command(
    name = "init",
    description =
        "Reads the first documents of files, and writes a commented job file that asks about them,"
            + " ready for 'plan'. Sends nothing.")
final class InitCommand implements Callable<Integer> {
  private static final String STDOUT = "-";

  @Parameters(
      arity = "0..1",
      paramLabel = "JOB.yaml",
      description = "The file to write, or - for standard output. Default: <job's name>.yaml.")
  private @Nullable String target;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "DATA",
      description =
          "The documents: a file or a pattern, local or gs://bucket/folder/*.jsonl. Its ending names"
              + " the format: .jsonl, .json, .csv, .tsv, .txt, .avro or .parquet, plain or"
              + " compressed.")
  private String from;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      defaultValue = "classify",
      description = "What to ask: classify, extract, summarize or embed. Default: classify.")
  private JobDraft.Task task;

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      defaultValue = "openai",
      description = "The provider; 'providers' lists them. Default: openai.")
  private String provider;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "The model. Default: a small one of openai, anthropic or gemini.")
  private @Nullable String model;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    FileSystemOptions.useWhenNeeded(PipelineOptionsFactory::create);
    JobDraft draft = JobDraft.of(from, task, provider(), model);
    PrintWriter out = spec.commandLine().getOut();
    if (STDOUT.equals(target)) {
      out.print(draft.text());
      out.flush();
      return ExitCode.DONE;
    }
    String file = target == null ? draft.name() + ".yaml" : target;
    write(file, draft.text());
    out.println(file + " is written; what it would send and cost:");
    out.print("  " + CommandText.of("plan", file) + "\n");
    out.flush();
    return ExitCode.DONE;
  }

  private RequestSpec.Provider provider() {
    return Arrays.stream(RequestSpec.Provider.values())
        .filter(known -> known.word().equals(provider.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--provider: '"
                        + provider
                        + "' is none of "
                        + Arrays.stream(RequestSpec.Provider.values())
                            .map(RequestSpec.Provider::word)
                            .collect(Collectors.joining(", "))));
  }

  /** A file of this name may contain somebody's work, so it is never overwritten. */
  private static void write(String file, String text) throws IOException {
    try {
      Files.writeString(Path.of(file), text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw new UserException(
          file
              + " exists already and is not overwritten; name another file, or - to print the draft",
          e,
          ExitCode.USAGE);
    }
  }
}
