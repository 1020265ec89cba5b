package io.beambatch.localserver;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of validating an input file.
 *
 * @param problems empty if the batch can go on
 * @param model null if no line names one
 * @param promptTokens of all lines, estimated
 */
record Validation(
    List<BatchProblem> problems, int requests, @Nullable String model, long promptTokens) {}
