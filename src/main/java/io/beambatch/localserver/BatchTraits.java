package io.beambatch.localserver;

import java.time.Duration;

/**
 * What one provider's batches are allowed and called: the part of a {@link BatchFormat} that is
 * data.
 *
 * @param name what a batch's format is stored under
 * @param idPrefix what the ids of batches begin with
 * @param purpose that input files are stored under; result files have {@code _output} after it
 * @param maxRequests of a batch
 * @param maxBytes of a batch's input
 * @param resultsKept how long results can be read
 * @param failuresApart whether lines that failed are in a file of their own
 * @param batchesFail whether a batch as a whole can fail; if not, every fault is told line by line
 * @param names what the lines of the input call the id and the body of a request
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

  /** How many requests a batch may have: what the settings say, else the API's own limit. */
  int maxRequests(LocalServerSettings settings) {
    Integer set = settings.maxRequests();
    return set == null ? maxRequests : set;
  }

  /** How many bytes a batch's input may have: what the settings say, else the API's own limit. */
  long maxBytes(LocalServerSettings settings) {
    Long set = settings.maxBytes();
    return set == null ? maxBytes : set;
  }
}
