package io.beambatch.reuse;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers that runs have bought, in a folder that many of them share. Each joined chunk adds a file
 * under a name of its own, so nobody waits for anybody, and a crash leaves nothing half written. A
 * reader takes what is there: a file that is damaged, or that somebody deletes meanwhile, is a
 * warning and a miss.
 *
 * <p>Answers of different servers, and those that were checked against different schemas, stand in
 * different folders, {@code v1-<hash>}; a later version that writes other files takes other names.
 */
public final class AnswerCache implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(AnswerCache.class);
  private static final int HASH_BYTES = 10;

  /** So many files are read at once; more are merged into one. */
  private static final int MOST_FILES = 128;

  private final String root;
  private final String folder;
  private final @Nullable Duration maxAge;
  private final @Nullable Long maxSize;

  /**
   * The cache in a folder.
   *
   * @param path of the folder, local or {@code gs://}
   * @param apart what tells its answers from those of others, beside their fingerprints
   */
  public AnswerCache(
      String path, List<String> apart, @Nullable Duration maxAge, @Nullable Long maxSize) {
    this.root = Storage.absolute(path);
    this.folder = root + "/v1-" + hash(String.join("\n", apart));
    this.maxAge = maxAge;
    this.maxSize = maxSize;
  }

  /**
   * All answers that are not too old, the newest of each fingerprint.
   *
   * @throws UserException if the folder can't be read: nothing is bought again because of that
   */
  public MergedAnswers open(Instant now) throws IOException {
    List<String> files = files(now);
    if (files.size() > MOST_FILES) {
      merge(files, now);
      files = files(now);
    }
    return new MergedAnswers(files);
  }

  /** A new file for answers that were bought now. */
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
              + "; nothing was sent. Mend it, or leave cache: out of the job file to buy all anew",
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
   * Puts the answers of many files into one, which counts as old as the oldest of them. Two that do
   * so at once leave two such files, which is no harm.
   */
  private void merge(List<String> files, Instant now) {
    // Those of about one age: what is merged counts as old as the oldest of it.
    List<String> oldest = files.subList(files.size() - MOST_FILES, files.size());
    long age = oldest.stream().mapToLong(CacheFolder::millis).min().orElse(now.toEpochMilli());
    try {
      try (MergedAnswers answers = new MergedAnswers(oldest);
          AnswerFile.Writer merged = new AnswerFile.Writer(name(age))) {
        while (answers.next()) {
          merged.add(answers.fingerprint(), answers.bytes());
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
   * Deletes what is too old, and the oldest of what is too much, and notes what a run found.
   *
   * @param run that looked its requests up
   * @param known how many of its lines need not be sent
   */
  public void tidy(Instant now, String run, long lines, long known) {
    try {
      CacheFolder all = new CacheFolder(root);
      all.prune(maxAge == null ? Instant.MIN : now.minus(maxAge), maxSize);
      all.note(now, new CacheFolder.Lookup(run, lines, known));
    } catch (IOException e) {
      LOG.warn("the cache {} can't be tidied: {}", root, Storage.reason(e));
    }
  }

  @Override
  public String toString() {
    return root;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
