/**
 * Says what tokens cost. In: a model, counts of tokens, and the prices of the job file. Out: exact
 * amounts for a batch and for real time, or nothing where a price is unknown: nothing is ever taken
 * for free. A ground room: it knows only the job file's prices. Start at {@link
 * io.beambatch.cost.PriceTable}.
 */
@NullMarked
package io.beambatch.cost;

import org.jspecify.annotations.NullMarked;
