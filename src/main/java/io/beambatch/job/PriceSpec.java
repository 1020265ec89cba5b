package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;

/**
 * A model's prices, in USD per million tokens.
 *
 * @param input prompt tokens, in real time
 * @param output completion tokens, in real time
 * @param batchInput prompt tokens, in a batch
 * @param batchOutput completion tokens, in a batch
 */
public record PriceSpec(
    BigDecimal input, BigDecimal output, BigDecimal batchInput, BigDecimal batchOutput)
    implements Serializable {}
