package io.beambatch.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the problems of a job file, so that all of them are reported at once. */
final class Problems {
  private final String file;
  private final List<JobProblem> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  String file() {
    return file;
  }

  boolean none() {
    return found.isEmpty();
  }

  void add(Origin origin, String fieldPath, String message) {
    found.add(origin.problem(fieldPath, message));
  }

  /** Adds a problem that makes further reading impossible. */
  JobFileException fatal(Origin origin, String message) {
    add(origin, "", message);
    return exception();
  }

  void throwIfAny() throws JobFileException {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  private JobFileException exception() {
    List<JobProblem> sorted = new ArrayList<>(found);
    sorted.sort(
        Comparator.comparing(
                JobProblem::line, Comparator.nullsLast(Comparator.<Integer>naturalOrder()))
            .thenComparing(
                JobProblem::column, Comparator.nullsFirst(Comparator.<Integer>naturalOrder())));
    return new JobFileException(file, sorted);
  }
}
