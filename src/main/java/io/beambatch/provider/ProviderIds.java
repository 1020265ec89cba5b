package io.beambatch.provider;

import java.util.regex.Pattern;

/**
 * Says what can be the id of a batch or a file. Ids come from the provider's replies and from
 * records of the staging location, and become parts of URLs: one that leads to another place of the
 * API than it should is no id.
 */
public final class ProviderIds {
  /** No blanks, and no characters that steer a terminal: ids are shown in tables. */
  private static final Pattern CHARACTERS = Pattern.compile("[\\x21-\\x7e]{1,256}");

  private static final Pattern RELATIVE = Pattern.compile("(^|[/\\\\])\\.{1,2}($|[/\\\\])");

  private ProviderIds() {}

  /** Whether a text can be an id. */
  public static boolean isId(String text) {
    return CHARACTERS.matcher(text).matches() && !RELATIVE.matcher(text).find();
  }
}
