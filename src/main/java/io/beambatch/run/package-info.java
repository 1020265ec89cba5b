/**
 * A run as a whole. In: a job and a staging location. Out: the run to begin or to go on with
 * ({@link io.beambatch.run.Runs}), how far it has come ({@code RunProgress}), whether every
 * document is accounted for, and its report. Nothing is sent from here.
 */
@NullMarked
package io.beambatch.run;

import org.jspecify.annotations.NullMarked;
