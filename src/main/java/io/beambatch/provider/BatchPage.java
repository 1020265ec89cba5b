package io.beambatch.provider;

import java.util.List;

/**
 * One page of the account's batches, newest first.
 *
 * @param hasMore whether a further page follows the last of these
 */
public record BatchPage(List<Batch> batches, boolean hasMore) {}
