/**
 * The command line.
 *
 * <p>Input: arguments, a job file, the environment. Output: a launch of the graph, or the state of
 * a run, then a summary and an exit code. Start with {@link io.beambatch.cli.Main}; {@code Launch}
 * advances a run.
 */
@NullMarked
package io.beambatch.cli;

import org.jspecify.annotations.NullMarked;
