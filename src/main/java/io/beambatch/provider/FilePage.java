package io.beambatch.provider;

import java.util.List;

/**
 * One page of the account's input files, newest first, as {@link BatchProvider#listFiles} returns
 * it.
 *
 * @param hasMore whether a further page follows the last of these
 */
public record FilePage(List<InputFile> files, boolean hasMore) {}
