package io.beambatch.job;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import java.util.List;

/** A job file is wrong. It lists all problems, in the file's order. */
public final class JobFileException extends UserException {
  /** More problems than anyone fixes at once. */
  private static final int MOST = 50;

  private final String file;
  private final List<JobProblem> problems;

  JobFileException(String file, List<JobProblem> problems) {
    super(render(file, problems), ExitCode.USAGE);
    this.file = file;
    this.problems = List.copyOf(problems);
  }

  /** The job file. */
  public String file() {
    return file;
  }

  /** The problems; at least one. */
  public List<JobProblem> problems() {
    return problems;
  }

  private static String render(String file, List<JobProblem> problems) {
    StringBuilder text = new StringBuilder(file);
    text.append(problems.size() == 1 ? " has an error:" : " has " + problems.size() + " errors:");
    for (JobProblem problem : problems.subList(0, Math.min(problems.size(), MOST))) {
      text.append("\n  * ");
      if (problem.line() != null) {
        // The heading names the file, unless the problem lies elsewhere.
        text.append(problem.file().equals(file) ? "" : problem.file() + ", ");
        text.append("line ").append(problem.line());
        if (problem.column() != null) {
          text.append(", column ").append(problem.column());
        }
        text.append(": ");
      } else if (!problem.file().equals(file)) {
        text.append(problem.file()).append(": ");
      }
      if (!problem.fieldPath().isEmpty()) {
        text.append(problem.fieldPath()).append(": ");
      }
      text.append(problem.message());
    }
    if (problems.size() > MOST) {
      text.append("\n  and ").append(problems.size() - MOST).append(" more");
    }
    return text.toString();
  }
}
