package io.beambatch.batch;

import java.util.Optional;

/**
 * Distinguishes a run's batches and files from those of every other run of the same account.
 *
 * @param job the job's name
 * @param run the run's name
 * @param uid random, generated once for the run
 * @param created when the run began, in milliseconds since 1970: none of its batches is older
 */
public record RunIdentity(String job, String run, String uid, long created)
    implements IdentitySource {
  private static final String INPUT_SUFFIX = ".jsonl";

  @Override
  public RunIdentity identity() {
    return this;
  }

  /** The key under which a chunk's batch is created and found again. */
  String key(String chunkId) {
    return uid + "/" + chunkId;
  }

  /** The chunk that a key belongs to; empty if the key is another run's. */
  Optional<String> chunkOfKey(String key) {
    return key.startsWith(uid + "/")
        ? Optional.of(key.substring(uid.length() + 1))
        : Optional.empty();
  }

  /** The name of a chunk's input file at the provider; no other file has it. */
  String inputName(String chunkId) {
    return inputPrefix() + chunkId + INPUT_SUFFIX;
  }

  /** The chunk whose input file has this name; empty if it is no file of this run. */
  Optional<String> chunkOfInput(String name) {
    return name.startsWith(inputPrefix()) && name.endsWith(INPUT_SUFFIX)
        ? Optional.of(name.substring(inputPrefix().length(), name.length() - INPUT_SUFFIX.length()))
        : Optional.empty();
  }

  private String inputPrefix() {
    return String.join("-", job, run, uid, "");
  }
}
