/**
 * Calculates what tokens cost.
 *
 * <p>Input: a model, counts of tokens, and the prices of the job file. Output: exact amounts for a
 * batch and for real time, or nothing if a price is unknown. It is a ground package and depends
 * only on the job file's prices. Start with {@link io.beambatch.cost.PriceTable}.
 */
@NullMarked
package io.beambatch.cost;

import org.jspecify.annotations.NullMarked;
