package io.beambatch.storage;

import java.io.Serializable;

/**
 * The layout of a run's folder, {@code <staging>/<job>/<run>/}, local or {@code gs://}. Every step
 * asks it for the paths of the files that it reads or writes; the records of the ledger have their
 * names in {@code ledger}.
 *
 * @param path without a slash at the end
 */
public record RunFolder(String path) implements Serializable {

  /** The folder of a run, as an absolute path: workers have other working directories. */
  public static RunFolder of(String staging, String job, String run) {
    return new RunFolder(Storage.absolute(staging).replaceAll("/+$", "") + "/" + job + "/" + run);
  }

  /** The run's name. */
  public String run() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The staging location, with all runs of all jobs. */
  public String staging() {
    return parent(parent(path));
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /** A part's request lines. */
  public String requests(String part) {
    return path + "/parts/" + part + ".requests.jsonl";
  }

  /**
   * A part's sidecar: a line for each request, the document's id as a JSON string, a tab, the
   * document.
   */
  public String documents(String part) {
    return path + "/parts/" + part + ".documents.tsv";
  }

  /** A part's documents that failed before they could be sent. */
  public String failures(String part) {
    return path + "/parts/" + part + ".failed.jsonl";
  }

  /** A file of a joined chunk, such as {@code answered.jsonl}. */
  public String result(String chunk, String file) {
    return path + "/results/" + chunk + "." + file;
  }

  /** The folder of messages that were taken from a subscription. */
  public String inbox() {
    return path + "/inbox";
  }

  /** A file of messages, such as {@code 20260131T120000000-k3v9x0a1-000001.jsonl}. */
  public String inbox(String file) {
    return inbox() + "/" + file;
  }

  /** The folder of splits of compressed input. */
  public String input() {
    return path + "/input";
  }

  /** The run's report. */
  public String report() {
    return path + "/report.json";
  }

  @Override
  public String toString() {
    return path;
  }
}
