package io.beambatch.provider;

import java.util.List;

/**
 * One page of the account's batches, newest first, as {@link BatchProvider#list} returns it.
 *
 * @param hasMore whether a further page follows the last of these
 */
public record BatchPage(List<Batch> batches, boolean hasMore) {}
