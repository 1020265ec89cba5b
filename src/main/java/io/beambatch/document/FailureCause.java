package io.beambatch.document;

/**
 * Why documents failed, in our words: with the provider's code, without its message and without
 * contents of documents.
 *
 * @param documents how many failed so
 * @param example the place of one of them in the source, or its request and batch, by which it is
 *     found among the failures; the message is that of the example
 */
public record FailureCause(FailureReason reason, String message, long documents, String example) {}
