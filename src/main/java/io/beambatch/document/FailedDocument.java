package io.beambatch.document;

import org.apache.beam.sdk.coders.DefaultCoder;

/**
 * A document without an answer, and why. Reading and rendering emit it; it goes to the dead letter.
 */
@DefaultCoder(FailedDocumentCoder.class)
public record FailedDocument(Document document, Failure failure) {}
