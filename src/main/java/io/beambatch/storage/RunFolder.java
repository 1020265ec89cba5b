package io.beambatch.storage;

import java.io.Serializable;

/**
 * Where a run keeps its files: {@code <staging>/<job>/<run>/}, local or {@code gs://}. The names of
 * all files and folders in it are said here.
 *
 * @param path without a slash at the end
 */
public record RunFolder(String path) implements Serializable {

  /** The folder of a run; workers find it, whatever directory they work in. */
  public static RunFolder of(String staging, String job, String run) {
    return new RunFolder(Storage.absolute(staging).replaceAll("/+$", "") + "/" + job + "/" + run);
  }

  /** The run's name. */
  public String run() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Where all runs of all jobs are. */
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

  /** Where messages are that were taken from a subscription. */
  public String inbox() {
    return path + "/inbox";
  }

  /** A file of messages, such as {@code 20260131T120000000-k3v9x0a1-000001.jsonl}. */
  public String inbox(String file) {
    return inbox() + "/" + file;
  }

  /** Where compressed input is unpacked. */
  public String input() {
    return path + "/input";
  }

  /** The plan of an attempt and window. */
  public String plan(String name) {
    return path + "/plan/" + name + ".json";
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
