package io.beambatch.job;

import java.io.Serializable;

/**
 * Where documents go that got no answer: always JSON lines, whatever the sink's type.
 *
 * @param path a prefix, as of the sink
 */
public record FailuresSpec(String path) implements Serializable {}
