package io.beambatch.reuse;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.storage.Sha256;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of answers that runs have bought: a folder that many runs share. Planning looks
 * requests up in it, and the join of results adds to it. Each joined chunk adds a file with a name
 * of its own, so no run waits for another, and a crash leaves no file half written. A file that is
 * damaged, or deleted while it is read, causes a warning; its answers are bought again.
 *
 * <p>Answers of different servers, and answers that were checked against different schemas, are
 * kept in different folders, {@code v1-<hash>}. A newer format of files gets a higher number; what
 * it holds is left alone, and a warning says so.
 */
public final class AnswerCache implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(AnswerCache.class);
  private static final int HASH_BYTES = 10;

  /** The most files that are read at once; further ones are merged into one. */
  private static final int MOST_FILES = 128;

  private final String root;
  private final String folder;
  private final @Nullable Duration maxAge;
  private final @Nullable Long maxSize;
  private final boolean onlyRead;

  /**
   * The cache in a folder.
   *
   * @param path of the folder, local or {@code gs://}
   * @param apart what distinguishes its answers from others with the same fingerprints
   */
  public AnswerCache(
      String path, List<String> apart, @Nullable Duration maxAge, @Nullable Long maxSize) {
    this(
        Storage.absolute(path),
        Storage.absolute(path)
            + "/v"
            + CacheFolder.VERSION
            + "-"
            + Sha256.hex(String.join("\n", apart), HASH_BYTES),
        maxAge,
        maxSize,
        false);
  }

  private AnswerCache(
      String root,
      String folder,
      @Nullable Duration maxAge,
      @Nullable Long maxSize,
      boolean onlyRead) {
    this.root = root;
    this.folder = folder;
    this.maxAge = maxAge;
    this.maxSize = maxSize;
    this.onlyRead = onlyRead;
  }

  /** The same cache for a plan that is only shown: it deletes no answer, and records no look-up. */
  public AnswerCache readOnly() {
    return new AnswerCache(root, folder, maxAge, maxSize, true);
  }

  /**
   * Opens all answers that are not too old, the newest one for each fingerprint.
   *
   * @throws UserException if the folder can't be read; its answers are not bought again
   */
  public MergedAnswers open(Instant now) throws IOException {
    List<String> files = files(now);
    if (files.size() > MOST_FILES) {
      merge(files, now);
      files = files(now);
    }
    return new MergedAnswers(files);
  }

  /** Opens a new file for answers that were bought now. */
  public AnswerFile.Writer add(Instant now) {
    return new AnswerFile.Writer(name(now.toEpochMilli()));
  }

  private String name(long millis) {
    return folder + "/" + CacheFolder.newName(millis, CacheFolder.ANSWERS);
  }

  /** Its files that are not too old, the newest first. */
  private List<String> files(Instant now) {
    List<String> names;
    try {
      names = Storage.list(folder);
    } catch (IOException e) {
      throw new UserException(
          "the cache "
              + root
              + " can't be read: "
              + Storage.reason(e)
              + "; nothing was sent. Make it readable, or remove cache: from the job file to buy"
              + " all answers",
          ExitCode.ERROR);
    }
    return names.stream()
        .filter(name -> CacheFolder.isAnswers(name) && !isTooOld(name, now))
        .sorted(Comparator.reverseOrder())
        .map(name -> folder + "/" + name)
        .toList();
  }

  private boolean isTooOld(String name, Instant now) {
    return maxAge != null
        && Instant.ofEpochMilli(CacheFolder.millis(name)).plus(maxAge).isBefore(now);
  }

  /**
   * Merges many files into one, which counts as old as the oldest of them. If two processes do so
   * at once, they leave two such files, which does no harm.
   */
  private void merge(List<String> files, Instant now) {
    // Files of about the same age, because the merged file counts as old as the oldest of them.
    List<String> oldest = files.subList(files.size() - MOST_FILES, files.size());
    long age = oldest.stream().mapToLong(CacheFolder::millis).min().orElse(now.toEpochMilli());
    try {
      try (MergedAnswers answers = new MergedAnswers(oldest);
          AnswerFile.Writer merged = new AnswerFile.Writer(name(age))) {
        while (answers.next()) {
          merged.add(answers.entry());
        }
        if (!answers.isWhole()) {
          return;
        }
        merged.commit();
      }
      Storage.delete(oldest);
    } catch (IOException e) {
      LOG.warn("the files of the cache {} can't be merged: {}", root, Storage.reason(e));
    }
  }

  /**
   * Deletes answers that are too old, and the oldest ones if the cache is too large. Records what a
   * run found. One that is only read stays as it is.
   *
   * @param run the run that looked up its requests
   * @param lines how many it looked up
   * @param known how many of them need not be sent
   */
  public void tidy(Instant now, String run, long lines, long known) {
    try {
      CacheFolder all = new CacheFolder(root);
      if (all.hasNewer()) {
        LOG.warn(
            "the cache {} has answers of a newer version of the program, which this one can't read;"
                + " what is known only from them is bought again",
            root);
      }
      if (onlyRead) {
        return;
      }
      all.prune(maxAge == null ? Instant.MIN : now.minus(maxAge), maxSize);
      all.record(now, new CacheFolder.Lookup(run, lines, known));
    } catch (IOException e) {
      LOG.warn("the cache {} can't be tidied: {}", root, Storage.reason(e));
    }
  }

  @Override
  public String toString() {
    return root;
  }
}
