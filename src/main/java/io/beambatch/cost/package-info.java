/** What tokens cost. */
package io.beambatch.cost;
