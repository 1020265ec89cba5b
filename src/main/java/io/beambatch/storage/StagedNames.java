package io.beambatch.storage;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import java.util.regex.Pattern;

/**
 * Validates names in records of the staging location. A record names files and other records, and
 * anyone who can write to the staging location can change it; so a name must be a plain name, never
 * a path that leads elsewhere.
 */
public final class StagedNames {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._+-]{0,254}");

  private StagedNames() {}

  /**
   * Returns a valid name.
   *
   * @param where the record or the folder that contains it
   * @throws UserException if the program can't have written such a name
   */
  public static String checked(String name, String where) {
    if (!NAME.matcher(name).matches()) {
      throw changed(where, shown(name) + " is no name of a file of a run");
    }
    return name;
  }

  /**
   * The error for content that the program can't have written: where it is, what is wrong, what to
   * do.
   */
  public static UserException changed(String where, String what) {
    return new UserException(
        where
            + ": "
            + what
            + "; something else than this program has changed the staging location. Nothing more is"
            + " read from there, and nothing more is sent: find out who may write to it, and put the"
            + " folder back from a copy",
        ExitCode.ERROR);
  }

  /** A text from a record, without terminal control characters. */
  private static String shown(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return "'" + (plain.length() <= 100 ? plain : plain.substring(0, 100) + "…") + "'";
  }
}
