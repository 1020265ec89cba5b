package io.beambatch.pubsub;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an inbox file, such as {@code 20260131T120000000-k3v9x0a1-000001.jsonl}.
 *
 * @param begun when it was begun, to the millisecond
 * @param series random name of one worker's files; all but the last of them are acknowledged
 * @param number within the series
 */
record InboxFile(Instant begun, String series, int number) {
  private static final Pattern NAME =
      Pattern.compile("([0-9]{8}T[0-9]{9})-([a-z0-9]{8})-([0-9]{6,9})\\.jsonl");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Parses a name; empty for other files, such as incomplete ones. */
  static Optional<InboxFile> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new InboxFile(
                TIME.parse(matcher.group(1), Instant::from),
                matcher.group(2),
                Integer.parseInt(matcher.group(3))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s-%s-%06d.jsonl", TIME.format(begun), series, number);
  }

  /** The files of one worker, in order. */
  static final class Series {
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String name;
    private int files;

    private Series(String name) {
      this.name = name;
    }

    static Series begin() {
      StringBuilder name = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        name.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
      }
      return new Series(name.toString());
    }

    InboxFile next(Instant now) {
      files++;
      return new InboxFile(now, name, files);
    }

    boolean has(InboxFile file) {
      return file.series().equals(name);
    }
  }
}
