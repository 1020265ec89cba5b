package io.beambatch.storage;

import io.beambatch.error.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;

/**
 * The layout of a run's folder, {@code <staging>/<job>/<run>/}, local or {@code gs://}. Every step
 * gets the paths of its files from here; {@code ledger} defines the names of the records.
 *
 * @param path without a trailing slash
 */
public record RunFolder(String path) implements Serializable {

  /** The folder of a run, as an absolute path: workers have other working directories. */
  public static RunFolder of(String staging, String job, String run) {
    return new RunFolder(Storage.withoutSlash(Storage.absolute(staging)) + "/" + job + "/" + run);
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

  /** The folder of parts. */
  public String parts() {
    return path + "/parts";
  }

  /** A part's request lines. */
  public String requests(String part) {
    return parts() + "/" + checked(part) + ".requests.jsonl";
  }

  /**
   * A part's sidecar: for each request a line with the document's id as a JSON string, a tab, and
   * the document.
   */
  public String documents(String part) {
    return parts() + "/" + checked(part) + ".documents.tsv";
  }

  /** A part's documents that failed before they could be sent. */
  public String failures(String part) {
    return parts() + "/" + checked(part) + ".failed.jsonl";
  }

  /** The fingerprints of a part's requests. */
  public String fingerprints(String part) {
    return parts() + "/" + checked(part) + ".fingerprints";
  }

  /** The use of each line of some parts: a byte per line. */
  public String lines(String file) {
    return parts() + "/" + checked(file) + ".lines";
  }

  /** A file of answers for several documents. */
  public String answers(String file) {
    return answers() + "/" + checked(file) + ".answers";
  }

  /** The folder of answer files. */
  public String answers() {
    return path + "/answers";
  }

  /** A file of a joined chunk, such as {@code answered.jsonl}. */
  public String result(String chunk, String file) {
    return results() + "/" + resultName(checked(chunk), file);
  }

  /** The name of such a file in records. */
  public static String resultName(String chunk, String file) {
    return chunk + "." + file;
  }

  /** The folder of joined chunks' files. */
  public String results() {
    return path + "/results";
  }

  /**
   * A file of a joined chunk, by its name in a record. Records of earlier versions have the file's
   * path at that time; only its last segment is used, in this folder, wherever the staging location
   * is now.
   *
   * @throws UserException if the record names a file that is not one of this run's results
   */
  public String resultNamed(String named) {
    int slash = named.lastIndexOf('/');
    String folder = path.substring(parent(parent(path)).length()) + "/results";
    if (slash >= 0 && !named.substring(0, slash).endsWith(folder)) {
      throw StagedNames.changed(path, "a record names a file that isn't in this folder");
    }
    return results() + "/" + checked(named.substring(slash + 1));
  }

  /**
   * Opens a file of this folder from the start.
   *
   * @throws UserException if it is a link that leads out of the folder
   */
  public InputStream open(String file) throws IOException {
    Storage.requireWithin(path, file);
    return Storage.open(file);
  }

  private String checked(String name) {
    return StagedNames.checked(name, path);
  }

  /** The folder of messages that were taken from a subscription. */
  public String inbox() {
    return path + "/inbox";
  }

  /** A file of messages, such as {@code 20260131T120000000-k3v9x0a1-000001.jsonl}. */
  public String inbox(String file) {
    return inbox() + "/" + checked(file);
  }

  /** The folder of input: splits of compressed files, and what was read of standard input. */
  public String input() {
    return path + "/input";
  }

  /** What the run read of standard input. */
  public String standardInput() {
    return input() + "/stdin.jsonl";
  }

  /** The run's report. */
  public String report() {
    return path + "/report.json";
  }

  /** The report as a page. */
  public String page() {
    return path + "/report.html";
  }

  @Override
  public String toString() {
    return path;
  }
}
