/**
 * Errors for the person who runs a job, and the exit codes of commands.
 *
 * <p>Input: the problems that any package finds. Output: a message and an exit code, which the
 * command line handles in one place. Start with {@link io.beambatch.error.UserException}.
 */
@NullMarked
package io.beambatch.error;

import org.jspecify.annotations.NullMarked;
