package io.beambatch.job;

import java.io.Serializable;
import java.time.Duration;

/**
 * How batches are awaited.
 *
 * @param interval between two polls of the provider
 * @param deadline how long after its creation a batch is cancelled; its answers are collected all
 *     the same
 * @param grace how long the result files of an ended batch may take to appear
 */
public record Poll(Duration interval, Duration deadline, Duration grace) implements Serializable {}
