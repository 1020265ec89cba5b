/**
 * The job file, and the job that it describes.
 *
 * <p>Input: a YAML file with overrides. Output: a {@link io.beambatch.job.Job}, or one exception
 * that lists every problem with its line. Start with {@link io.beambatch.job.JobReader}.
 *
 * <p>A job is a {@link io.beambatch.job.Source}, an {@link io.beambatch.job.Inference} and two
 * {@link io.beambatch.job.Destination}s. Each of their kinds is a value here, with a class that
 * reads its section of the file; its connector checks, reads and writes it.
 *
 * <p>To add a key: add a component to its record, name the key in {@code JobKeys}, read it in its
 * section with {@code Section}, and describe it in {@code job.schema.json} and in {@code
 * docs/job-file.md}. Add it to {@link io.beambatch.job.CanonicalJob} if it determines requests,
 * chunks or files, and then only when it is given: runs are found by that text.
 */
@NullMarked
package io.beambatch.job;

import org.jspecify.annotations.NullMarked;
