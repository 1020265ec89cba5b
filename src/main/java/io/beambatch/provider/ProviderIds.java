package io.beambatch.provider;

import java.util.regex.Pattern;

/**
 * Validates ids of batches and files. Ids come from the provider's replies and from records in the
 * staging location, and become parts of URLs: a text that would lead to another place of the API is
 * not an id.
 */
public final class ProviderIds {
  /** No blanks and no control characters: ids are shown in tables on terminals. */
  private static final Pattern CHARACTERS = Pattern.compile("[\\x21-\\x7e]{1,256}");

  private static final Pattern RELATIVE = Pattern.compile("(^|[/\\\\])\\.{1,2}($|[/\\\\])");

  private ProviderIds() {}

  /** Returns whether a text is a valid id. */
  public static boolean isId(String text) {
    return CHARACTERS.matcher(text).matches() && !RELATIVE.matcher(text).find();
  }
}
