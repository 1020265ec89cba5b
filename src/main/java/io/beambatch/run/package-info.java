/**
 * A run as a whole: begun, found, measured, reconciled and reported. Nothing is sent from here.
 *
 * <p>Input: a job and a staging location. Output: the run to begin or to resume ({@link
 * io.beambatch.run.Runs}), its progress ({@code RunProgress}), whether every document is accounted
 * for, and its report.
 */
@NullMarked
package io.beambatch.run;

import org.jspecify.annotations.NullMarked;
