package io.beambatch.localserver;

import java.time.Duration;

/**
 * The limits and names of one provider's batches: the part of a {@link BatchFormat} that is data.
 *
 * @param name the name under which a batch's format is saved
 * @param idPrefix the prefix of batch ids
 * @param purpose the purpose of stored input files; result files have {@code _output} appended
 * @param maxRequests of a batch
 * @param maxBytes of a batch's input
 * @param resultsKept how long results can be read
 * @param failuresApart whether failed lines are in a file of their own
 * @param batchesFail whether a batch as a whole can fail; if not, every fault is reported line by
 *     line
 * @param names the input lines' field names for the id and the body of a request
 * @param modelInLines whether each request names its model; if not, the batch does
 */
record BatchTraits(
    String name,
    String idPrefix,
    String purpose,
    int maxRequests,
    long maxBytes,
    Duration resultsKept,
    boolean failuresApart,
    boolean batchesFail,
    LineRequestReader.Names names,
    boolean modelInLines) {

  /** The maximum number of requests: the settings', or else the API's own. */
  int maxRequests(LocalServerSettings settings) {
    Integer set = settings.maxRequests();
    return set == null ? maxRequests : set;
  }

  /** The maximum size of the input: the settings', or else the API's own. */
  long maxBytes(LocalServerSettings settings) {
    Long set = settings.maxBytes();
    return set == null ? maxBytes : set;
  }
}
