package io.beambatch.job;

import java.io.Serializable;
import java.time.Duration;

/**
 * How batches are awaited.
 *
 * @param interval between two looks at the provider
 * @param deadline after which a batch is cancelled and harvested, counted from its creation
 * @param grace how long the result files of a batch that has ended may take to show
 */
public record Poll(Duration interval, Duration deadline, Duration grace) implements Serializable {}
