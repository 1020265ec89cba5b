/**
 * The job file, and the job that it describes. In comes a YAML file with overrides; out comes a
 * {@link io.beambatch.job.Job}, or one exception that names everything that is wrong with its line.
 * Start at {@link io.beambatch.job.JobReader}.
 *
 * <p>A job is a {@link io.beambatch.job.Source}, an {@link io.beambatch.job.Inference} and two
 * {@link io.beambatch.job.Destination}s. Each of their kinds is a value here, with a class that
 * reads its section of the file; how it is checked, read and written is up to its connector.
 *
 * <p>To add a key: give the record that it belongs to a component, name the key in {@code JobKeys},
 * read it in its section with {@code Section}, and describe it in {@code job.schema.json} and in
 * {@code docs/job-file.md}. It goes into {@link io.beambatch.job.CanonicalJob} if it shapes
 * requests, chunks or files, and then only where it is given: runs are found by that text.
 */
@NullMarked
package io.beambatch.job;

import org.jspecify.annotations.NullMarked;
