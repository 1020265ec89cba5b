package io.beambatch.localserver;

import java.util.List;
import java.util.Map;

/**
 * What a server has done in the life of its folder: what an account would have been billed.
 *
 * @param batchesCreated each of them paid for
 * @param linesAnswered by all batches; a second behind, at most, for those under way
 * @param customIdsAnsweredMoreThanOnce how many: none, unless something was paid twice (or two jobs
 *     used the same ids)
 * @param examples up to 100 of them
 * @param calls how often each call was taken, by its name, failed and faulty ones included
 */
public record ServerStats(
    long batchesCreated,
    long linesAnswered,
    long customIdsAnsweredMoreThanOnce,
    List<String> examples,
    Map<String, Long> calls) {}
