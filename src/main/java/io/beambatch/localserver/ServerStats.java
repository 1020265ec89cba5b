package io.beambatch.localserver;

import java.util.List;
import java.util.Map;

/**
 * What a server has done in the life of its folder, as an account would have been billed.
 *
 * @param batchesCreated the number of batches created, and paid for
 * @param linesAnswered by all batches; for running ones at most a second old
 * @param customIdsAnsweredMoreThanOnce their number: 0, unless something was paid twice (or two
 *     jobs used the same ids)
 * @param examples up to 100 of them
 * @param calls how often each call was received, by its name, including failed and faulty ones
 */
public record ServerStats(
    long batchesCreated,
    long linesAnswered,
    long customIdsAnsweredMoreThanOnce,
    List<String> examples,
    Map<String, Long> calls) {}
