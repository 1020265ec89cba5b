package io.beambatch.provider;

import java.time.Instant;

/**
 * A batch's input file at the provider. An upload returns it, and a batch is created from it.
 *
 * @param name its name at upload
 * @param createdAt by the provider's clock; {@link Instant#EPOCH} if it isn't reported
 */
public record InputFile(String id, String name, Instant createdAt) {}
