package io.beambatch.provider;

import java.time.Instant;

/**
 * A batch's input file at the provider.
 *
 * @param name as it was uploaded
 * @param createdAt by the provider's clock; {@link Instant#EPOCH} if it doesn't say
 */
public record InputFile(String id, String name, Instant createdAt) {}
