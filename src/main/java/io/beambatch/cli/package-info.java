/**
 * The command line. In: arguments, a job file, the environment. Out: a launch of the graph, or a
 * look at a run, then a summary and an exit code. Start at {@link io.beambatch.cli.Main}; {@code
 * Launch} takes a run on.
 */
@NullMarked
package io.beambatch.cli;

import org.jspecify.annotations.NullMarked;
