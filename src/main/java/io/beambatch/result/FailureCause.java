package io.beambatch.result;

import io.beambatch.document.FailureReason;

/**
 * Why documents failed, in our words: with the provider's code, without its message and without
 * contents of documents.
 *
 * @param documents how many failed so
 * @param example the request and the batch of one of them, by which it is found among the failures
 */
public record FailureCause(FailureReason reason, String message, long documents, String example) {}
