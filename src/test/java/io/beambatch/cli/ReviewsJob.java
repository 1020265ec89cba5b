package io.beambatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sentiment job over a test's own reviews, in a {@link Workplace}. The embedded server answers.
 *
 * @param reviews the file with the reviews, one JSON object a line
 */
public record ReviewsJob(Workplace workplace, Path reviews) {
  public static final String FILE = "pipelines/sentiment.yaml";

  /** The job with these reviews, in a folder that has nothing else. */
  public static ReviewsJob in(Path folder, String... reviews) throws IOException {
    Workplace workplace = new Workplace(folder);
    String lines = String.join("\n", reviews) + "\n";
    return new ReviewsJob(workplace, workplace.write("reviews.jsonl", lines));
  }

  /** The setting that makes the reviews the source. */
  public String source() {
    return "source.path=" + reviews;
  }

  /** Ends a command of the job. Of two options that set the same, the later one holds. */
  public Said command(String name, String... options) {
    List<String> all = new ArrayList<>(List.of("--local", "--set", source()));
    all.addAll(List.of(options));
    return Said.by(workplace.command(name, FILE, all.toArray(String[]::new)));
  }

  /** The same for a run with a name, with settings of the job file in place of options. */
  public Said set(String name, String run, String... settings) {
    List<String> options = new ArrayList<>(List.of("--run", run));
    for (String setting : settings) {
      options.addAll(List.of("--set", setting));
    }
    return command(name, options.toArray(String[]::new));
  }
}
