package io.beambatch.storage;

import java.io.Serializable;
import org.apache.beam.sdk.options.ValueProvider;
import org.apache.beam.sdk.options.ValueProvider.NestedValueProvider;
import org.apache.beam.sdk.options.ValueProvider.StaticValueProvider;

/**
 * Where a run keeps its files: {@code <staging>/<job>/<run>/}, local or {@code gs://}. A graph that
 * is built before its run is named can't be told the paths yet: what is asked of a folder has to be
 * asked where the graph runs.
 *
 * @param location the path, without a slash at the end
 */
public record RunFolder(ValueProvider<String> location) implements Serializable {

  /** The folder at a path that is known, without a slash at the end. */
  public RunFolder(String path) {
    this(StaticValueProvider.of(path));
  }

  /** The folder of a run; workers find it, whatever directory they work in. */
  public static RunFolder of(String staging, String job, String run) {
    return new RunFolder(Storage.absolute(staging).replaceAll("/+$", "") + "/" + job + "/" + run);
  }

  /** Without a slash at the end. */
  public String path() {
    return location.get();
  }

  /** The run's name. */
  public String run() {
    String path = path();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Where all runs of all jobs are. */
  public String staging() {
    return parent(parent(path()));
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /** A part's request lines. */
  public String requests(String part) {
    return path() + "/parts/" + part + ".requests.jsonl";
  }

  /**
   * A part's sidecar: a line for each request, the document's id as a JSON string, a tab, the
   * document.
   */
  public String documents(String part) {
    return path() + "/parts/" + part + ".documents.tsv";
  }

  /** A part's documents that failed before they could be sent. */
  public String failures(String part) {
    return path() + "/parts/" + part + ".failed.jsonl";
  }

  /** A file of a joined chunk, such as {@code answered.jsonl}. */
  public String result(String chunk, String file) {
    return path() + "/results/" + chunk + "." + file;
  }

  /** Where messages are that were taken from a subscription. */
  public String inbox() {
    return path() + "/inbox";
  }

  /** A file of messages, such as {@code 20260131T120000000-k3v9x0a1-000001.jsonl}. */
  public String inbox(String file) {
    return inbox() + "/" + file;
  }

  /** Where compressed input is unpacked. */
  public ValueProvider<String> input() {
    return NestedValueProvider.of(location, path -> path + "/input");
  }

  /** The plan of an attempt and window. */
  public String plan(String name) {
    return path() + "/plan/" + name + ".json";
  }

  /** The run's report. */
  public String report() {
    return path() + "/report.json";
  }

  @Override
  public String toString() {
    return location.toString();
  }
}
