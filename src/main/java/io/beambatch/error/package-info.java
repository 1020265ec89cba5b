/**
 * Errors for the person who runs a job, and how commands end.
 *
 * <p>Comes in: whatever room finds something that a user has to know. Goes out: a message and an
 * exit code, which the command line maps in one place. Start with {@link
 * io.beambatch.error.UserException}.
 */
@NullMarked
package io.beambatch.error;

import org.jspecify.annotations.NullMarked;
