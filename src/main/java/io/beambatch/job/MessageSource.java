package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of Pub/Sub are read.
 *
 * @param subscription {@code projects/<project>/subscriptions/<name>}
 * @param attributes the field of a document that takes its message's attributes, or null
 */
public record MessageSource(String subscription, @Nullable String attributes)
    implements Serializable {}
